#include "proxy/cli/whole_rows.h"

namespace proxy {

whole_rows::whole_rows(const std::filesystem::path& file) : in_(file, std::ios::binary), reader_(in_) {
  if (store::rewind_to_text(in_)) header_ = store::byte_order_mark;
  if (const auto first = reader_.next()) header_ += first->raw;
}

store::refused_row whole_rows::whole(store::refused_row r) {
  if (r.row.empty()) return r;  // its person was erased meanwhile
  while (const auto row = reader_.next()) {
    if (row->line < r.line) continue;
    if (row->line == r.line) r.row = row->raw;
    break;
  }
  return r;
}

}  // namespace proxy
