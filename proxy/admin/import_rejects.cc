#include "proxy/admin/import_rejects.h"

#include <boost/json/parse.hpp>
#include <fstream>

#include "proxy/admin/import_jobs.h"

namespace proxy {
namespace {

constexpr std::size_t piece_octets = 64UL * 1024UL;

class stream {
 public:
  stream(const std::filesystem::path& refusals, const std::string& header)
      : in_(std::make_shared<std::ifstream>(refusals, std::ios::binary)), rejects_(header) {}

  std::optional<body_piece> next() {
    body_piece piece;
    if (!begun_) piece.octets = rejects_.header();
    begun_ = true;
    std::string line;
    while (piece.octets.size() < piece_octets && std::getline(*in_, line))
      piece.octets += rejects_.line(refused_row_of(boost::json::parse(line)));
    piece.last = in_->eof();
    if (!piece.last && !in_->good()) return std::nullopt;
    return piece;
  }

 private:
  std::shared_ptr<std::ifstream> in_;  // a function is copied
  store::rejects rejects_;
  bool begun_ = false;
};

}  // namespace

body_stream rejects_stream(const std::filesystem::path& refusals, const std::string& header) {
  return [s = stream(refusals, header)]() mutable { return s.next(); };
}

}  // namespace proxy
