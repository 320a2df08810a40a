// What the resources about the ledger itself answer, the same for the API and the command line.
#pragma once

#include <boost/json/object.hpp>

#include "proxy/config/config.h"
#include "store/consent_store.h"
#include "store/signing_key.h"

namespace proxy {

// {"source", "voided", "event"}: the opt-ins that count no more, and the recall itself.
boost::json::object recall_view(const store::event& e, const store::recorded& place, std::uint64_t voided,
                                const config& c);

// {"number", "events", "already", "event"?, "purged", "telling_sources"}: the hash that stands for the person, how many
// events lost their personal part, the erasure's sequence, whether the files are clean already, and the sources whose
// names hold the number all the same.
boost::json::object erasure_view(const store::erased& e, bool owes_purge);

// {"state", "event", "proposed_by", "proposed_at", "reason", "until"}.
boost::json::object proposal_view(const store::proposed_correction& p);

// {"sequence", "hash", "recorded_at"?, "access", "signed_at", "statement", "signature", "public_key"}.
boost::json::object head_view(const store::ledger_head& head, const store::access_head& access,
                              const store::signing_key& key, store::instant now);

// {"valid", "events", "head", "first_misfit"?, "why"?, "access": {"valid", "uses", "head", "first_misfit"?, "why"?,
// "misfit_at"?}}: valid when both are.
boost::json::object verification_view(const store::verification& v, const store::access_verification& access);

}  // namespace proxy
