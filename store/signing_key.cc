#include "store/signing_key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <charconv>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "store/hexadecimal.h"
#include "store/secret_file.h"

namespace store {
namespace {

EVP_PKEY* get(const std::shared_ptr<void>& key) {
  return static_cast<EVP_PKEY*>(key.get());
}

std::shared_ptr<void> owned(EVP_PKEY* key) {
  return {key, [](void* k) { EVP_PKEY_free(static_cast<EVP_PKEY*>(k)); }};
}

// What `write` puts into memory, as text.
template <typename Write>
std::string pem(Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new(BIO_s_mem()), BIO_free);
  if (!memory || write(memory.get()) != 1) throw std::runtime_error("OpenSSL cannot write a key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

std::variant<signing_key, failure> signing_key::open(const std::filesystem::path& file) {
  auto read = read_secret(file);
  if (auto* why = std::get_if<failure>(&read)) return *why;
  if (const auto& text = std::get<std::optional<std::string>>(read)) {
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())),
                                                     BIO_free);
    EVP_PKEY* const parsed = PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr);
    if (parsed != nullptr && EVP_PKEY_get_base_id(parsed) == EVP_PKEY_ED25519) return signing_key(owned(parsed));
    EVP_PKEY_free(parsed);
    return failure{
        "the file " + file.string() +
        " is no Ed25519 key in PEM; put it back from a backup, or remove it: a new one is made then, and what "
        "the old one signed is verified with the old public key"};
  }
  EVP_PKEY* const made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (made == nullptr) return failure{"OpenSSL cannot make an Ed25519 key"};
  signing_key fresh(owned(made));
  const std::string text =
      pem([&](BIO* to) { return PEM_write_bio_PrivateKey(to, made, nullptr, nullptr, 0, nullptr, nullptr); });
  if (auto why = write_secret(file, text)) return *why;
  return fresh;
}

std::string signing_key::sign(std::string_view message) const {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, get(key_)) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(message.data()), message.size()) != 1)
    throw std::runtime_error("OpenSSL cannot sign");
  return signature;
}

std::string signing_key::public_key() const {
  return pem([&](BIO* to) { return PEM_write_bio_PUBKEY(to, get(key_)); });
}

std::string statement_of(const ledger_head& head, const access_head& access, instant at) {
  return "consentgate ledger head\n" + std::to_string(head.sequence) + "\n" + hexadecimal(head.own) + "\n" +
         to_string(at) + "\n" + std::to_string(access.count) + "\n" + hexadecimal(access.own) + "\n";
}

namespace {

std::optional<std::pair<std::uint64_t, digest256>> read_head(const std::string& count, const std::string& hash) {
  std::uint64_t number = 0;
  const auto [end, wrong] = std::from_chars(count.data(), count.data() + count.size(), number);
  digest256 own{};
  if (wrong != std::errc() || end != count.data() + count.size() || hash.size() != 2 * own.size()) return std::nullopt;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const char* const two = hash.data() + 2 * i;
    if (std::from_chars(two, two + 2, own[i], 16).ptr != two + 2) return std::nullopt;
  }
  return std::pair(number, own);
}

}  // namespace

std::optional<deposited_heads> read_statement(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
  if ((lines.size() != 4 && lines.size() != 6) || lines[0] != "consentgate ledger head") return std::nullopt;
  const auto ledger = read_head(lines[1], lines[2]);
  const auto access = lines.size() == 6 ? read_head(lines[4], lines[5]) : std::pair(std::uint64_t{0}, digest256{});
  if (!ledger || !access) return std::nullopt;
  return deposited_heads{{ledger->first, ledger->second, {}}, {access->first, access->second, {}}};
}

}  // namespace store
