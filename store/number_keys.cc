#include "store/number_keys.h"

#include <algorithm>
#include <sstream>

#include "store/secret_file.h"

namespace store {
namespace {

constexpr std::size_t key_octets = 32;
constexpr std::uint64_t hash_mark = std::uint64_t{1} << 63U;

std::string text_of(const std::array<std::uint8_t, 16>& octets) {
  return {octets.begin(), octets.end()};
}

std::array<std::uint8_t, 16> first_half(const digest256& h) {
  std::array<std::uint8_t, 16> half{};
  std::copy_n(h.begin(), half.size(), half.begin());
  return half;
}

number stand_in(const digest256& h) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value = value << 8U | h[i];
  return {value | hash_mark};
}

std::optional<hmac_sha256> read_key(std::string_view line) {
  std::array<std::uint8_t, key_octets> key{};
  if (line.size() != 2 * key.size()) return std::nullopt;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::size_t digit = std::string_view("0123456789abcdef").find(line[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    key[i / 2] = static_cast<std::uint8_t>(key[i / 2] << 4U | digit);
  }
  return hmac_sha256(key);
}

std::string message_of_seal(std::uint64_t sequence, number hash, std::uint64_t erased_by) {
  return "seal " + std::to_string(sequence) + " " + std::to_string(hash.digits) + " " + std::to_string(erased_by);
}

}  // namespace

std::variant<number_keys, failure> number_keys::open(const std::filesystem::path& file, when_missing m) {
  auto read = read_secret(file);
  if (auto* why = std::get_if<failure>(&read)) return *why;
  auto text = std::get<std::optional<std::string>>(std::move(read));
  if (!text) {
    if (m == when_missing::fail) {
      return failure{"the file " + file.string() +
                     " is missing: it holds the keys of the numbers that were erased, without which their oppositions "
                     "cannot be found; put it back from a backup"};
    }
    text = random_hexadecimal(key_octets) + "\n";
    if (auto why = write_secret(file, *text)) return *why;
  }
  std::vector<hmac_sha256> keys;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const auto key = read_key(line);
    if (!key)
      return failure{"the file " + file.string() +
                     " has a line that is no key: 64 hexadecimal digits, in small letters"};
    keys.push_back(*key);
  }
  if (keys.empty()) return failure{"the file " + file.string() + " holds no key; put it back from a backup"};
  return number_keys(std::move(keys));
}

std::optional<failure> number_keys::rotate(const std::filesystem::path& file) {
  auto read = read_secret(file);
  if (auto* why = std::get_if<failure>(&read)) return *why;
  std::string text = std::get<std::optional<std::string>>(read).value_or("");
  const std::string fresh = random_hexadecimal(key_octets);
  if (auto why = write_secret(file, text + fresh + "\n")) return why;
  keys_.push_back(*read_key(fresh));
  return std::nullopt;
}

number number_keys::hashed(number n, std::size_t place) const {
  return stand_in(keys_[keys_.size() - 1 - place].of(to_string(n)));
}

number number_keys::access_hash(number n) const {
  return stand_in(keys_.front().of("access " + to_string(n)));
}

std::array<std::uint8_t, 16> number_keys::keyed(const std::array<std::uint8_t, 16>& identity) const {
  return first_half(keys_.front().of("row " + text_of(identity)));
}

std::array<std::uint8_t, 16> number_keys::seal(std::uint64_t sequence, number hash, std::uint64_t erased_by) const {
  return first_half(keys_.front().of(message_of_seal(sequence, hash, erased_by)));
}

bool number_keys::is_seal(std::span<const std::uint8_t> seal_octets, std::uint64_t sequence, number hash,
                          std::uint64_t erased_by) const {
  return std::ranges::equal(seal_octets, seal(sequence, hash, erased_by));
}

std::vector<std::string> number_keys::fingerprints() const {
  std::vector<std::string> all;
  for (const hmac_sha256& key : keys_)
    all.push_back(text_of(first_half(key.of("fingerprint"))));
  return all;
}

}  // namespace store
