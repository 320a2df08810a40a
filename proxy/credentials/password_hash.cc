#include "proxy/credentials/password_hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <new>
#include <optional>

namespace proxy {
namespace {

constexpr std::size_t salt_size = 16;
constexpr std::size_t key_size = 32;
constexpr std::uint64_t most_memory = std::uint64_t{256} << 20U;
constexpr std::uint64_t most_work = std::uint64_t{1} << 24U;  // N r p: 64 times the usual

std::vector<std::uint8_t> random_octets(std::size_t count) {
  std::vector<std::uint8_t> octets(count);
  if (RAND_bytes(octets.data(), static_cast<int>(count)) != 1) throw std::bad_alloc();
  return octets;
}

std::string base64(const std::vector<std::uint8_t>& octets) {
  std::string text(4 * ((octets.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<std::uint8_t*>(text.data()), octets.data(), static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(size));
  text.resize(text.find_last_not_of('=') + 1);
  return text;
}

std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 == 1 || text.find_first_not_of(alphabet) != std::string_view::npos) return std::nullopt;
  std::string padded(text);
  padded.resize((text.size() + 3) / 4 * 4, '=');
  std::vector<std::uint8_t> octets(padded.size() / 4 * 3);
  if (EVP_DecodeBlock(octets.data(), reinterpret_cast<const std::uint8_t*>(padded.data()),
                      static_cast<int>(padded.size())) < 0)
    return std::nullopt;
  octets.resize(text.size() * 3 / 4);
  return octets;
}

// Takes "name=number" from the front of the text, and what follows it.
bool take_parameter(std::string_view& text, std::string_view name, char then, unsigned& value) {
  if (!text.starts_with(name)) return false;
  text.remove_prefix(name.size());
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end == text.data() + text.size() || *end != then || value == 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

// Empty when there is no memory for it.
std::vector<std::uint8_t> derive(const password_hash& h, std::string_view password) {
  std::vector<std::uint8_t> key(h.key.size());
  const std::uint64_t n = std::uint64_t{1} << h.log2_n;
  if (EVP_PBE_scrypt(password.data(), password.size(), h.salt.data(), h.salt.size(), n, h.r, h.p, 2 * most_memory,
                     key.data(), key.size()) != 1)
    key.clear();
  return key;
}

}  // namespace

std::string to_string(const password_hash& h) {
  return "$scrypt$ln=" + std::to_string(h.log2_n) + ",r=" + std::to_string(h.r) + ",p=" + std::to_string(h.p) + "$" +
         base64(h.salt) + "$" + base64(h.key);
}

std::variant<password_hash, std::string> read_password_hash(std::string_view text) {
  const std::string form = "it does not have the form $scrypt$ln=15,r=8,p=1$SALT$HASH";
  constexpr std::string_view scheme = "$scrypt$";
  if (!text.starts_with(scheme)) return form;
  text.remove_prefix(scheme.size());
  password_hash h;
  const bool readable = take_parameter(text, "ln=", ',', h.log2_n) && take_parameter(text, "r=", ',', h.r) &&
                        take_parameter(text, "p=", '$', h.p);
  const std::size_t dollar = text.find('$');
  if (!readable || dollar == std::string_view::npos) return form;
  const auto salt = from_base64(text.substr(0, dollar));
  const auto key = from_base64(text.substr(dollar + 1));
  if (!salt || !key) return form;
  if (salt->size() < 8 || key->size() < 16 || salt->size() > 64 || key->size() > 64)
    return "its salt must be 8 to 64 octets and its hash 16 to 64";
  if (h.log2_n < 10 || h.log2_n > 24 || h.r > 64 || h.p > 64) return "its parameters are out of range";
  const std::uint64_t n = std::uint64_t{1} << h.log2_n;
  if (128 * n * h.r > most_memory || n * h.r * h.p > most_work) return "its parameters ask for too much memory or time";
  h.salt = *salt;
  h.key = *key;
  return h;
}

password_hash hash_password(std::string_view password) {
  password_hash h;
  h.salt = random_octets(salt_size);
  h.key.resize(key_size);
  h.key = derive(h, password);
  if (h.key.empty()) throw std::bad_alloc();
  return h;
}

bool matches(const password_hash& h, std::string_view password) {
  const std::vector<std::uint8_t> key = derive(h, password);
  return key.size() == h.key.size() && CRYPTO_memcmp(key.data(), h.key.data(), key.size()) == 0;
}

password_hash stand_in_for(const password_hash& h) {
  password_hash other = h;
  other.salt = random_octets(h.salt.size());
  other.key = random_octets(h.key.size());
  return other;
}

}  // namespace proxy
