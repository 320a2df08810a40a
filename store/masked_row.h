// A refused row as it is kept where the store keeps no numbers.
#pragma once

#include "store/import_header.h"
#include "store/rejects.h"

namespace store {

// Without digits in the cell of the number, and elsewhere without what could be dialled; a row that is none has no
// digits at all. The same goes for what its reasons quote. The line and the cells stay: who has the list finds the row.
refused_row masked(refused_row r, const import_header& h, const numbering_plan& plan);

}  // namespace store
