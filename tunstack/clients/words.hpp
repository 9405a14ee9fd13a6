// The words that a client is called with: read by CLI11, and what is wrong with them told in three parts.
#pragma once

#include <CLI/CLI.hpp>

#include "tunstack/clients/client.hpp"

namespace tunstack::clients {

/// The first word names the client. Throws UsageFault.
void read_words(CLI::App& app, const std::vector<std::string>& words);

/// -4 and -6.
struct FamilyChoice {
  bool only_ipv4 = false, only_ipv6 = false;

  void add_to(CLI::App& app);
  bool allows(const IpAddress& address) const { return address.is_ipv4() ? !only_ipv6 : !only_ipv4; }
};

/// Whom a word names: an address, a name that the place knows, or the place itself ("0", "::", "localhost").
/// Throws UsageFault.
IpAddress find_target(const std::string& word, const FamilyChoice& choice, const ClientPlace& place);

/// Where packets to `target` come from: `word` if that is an address, else the place's own of that family. Throws
/// UsageFault.
IpAddress choose_source(const std::string& word, const IpAddress& target, const ClientPlace& place);

/// "192.0.2.1", or "server (192.0.2.1)" where it has a name that may be shown.
std::string name_and_address(const IpAddress& address, bool is_numeric, const ClientPlace& place);

/// Up to 30 years; what is no number is none.
Duration seconds(double count);
/// Of options that are seconds: up to 1e6.
CLI::Validator are_seconds();
double milliseconds(Duration duration);

/// Up to 16 octets in hexadecimal, for `option` of `program`. Throws UsageFault.
std::vector<std::uint8_t> read_pattern(const std::string& text, const std::string& program, const std::string& option);

/// A value that has no range of CLI11's own; throws UsageFault unless `is_right`.
void require(bool is_right, const std::string& what, const std::string& why, const std::string& remedy);

}  // namespace tunstack::clients
