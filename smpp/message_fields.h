// What submit_sm, deliver_sm and submit_multi share from esm_class to their end (4.4.1, 4.5.1, 4.6.1).
#pragma once

#include "smpp/field_reader.h"
#include "smpp/message.h"

namespace smpp {

// ESME_ROK, ESME_RINVMSGLEN or ESME_RINVOPTPARSTREAM. Leaves the fields before esm_class alone.
command_status decode_from_esm_class(field_reader& body, message& out);

}  // namespace smpp
