#include "protocols/wire/domain_name.hpp"

namespace tunstack {

namespace {

std::string_view without_last_dot(std::string_view text) {
  return text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

bool is_of_a_label(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= longest_label && std::ranges::all_of(text, is_of_a_label);
}

/// Calls `each` with every label until one is refused.
bool all_labels(std::string_view text, auto each) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!each(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::string octet_text(std::uint8_t octet) {
  if (octet > 0x20 && octet < 0x7f && octet != '.' && octet != '\\') return {static_cast<char>(octet)};
  const std::string digits = std::to_string(octet);
  std::string text = "\\";
  text.append(3 - digits.size(), '0');
  return text.append(digits);
}

}  // namespace

std::string domain_name_text(Bytes name) {
  std::string text;
  for (std::size_t at = 0; name[at] != 0; at += std::size_t{1} + name[at]) {
    if (at > 0) text += '.';
    for (const std::uint8_t octet : name.subspan(at + 1, name[at])) text += octet_text(octet);
  }
  return text;
}

bool is_domain_name(std::string_view text) {
  return domain_name_size(text) <= longest_domain_name && all_labels(without_last_dot(text), is_label);
}

std::size_t domain_name_size(std::string_view text) { return without_last_dot(text).size() + 2; }

std::size_t write_domain_name(MutableBytes to, std::string_view text) {
  std::size_t at = 0;
  all_labels(without_last_dot(text), [&](std::string_view label) {
    to[at++] = static_cast<std::uint8_t>(label.size());
    for (const char c : label) to[at++] = static_cast<std::uint8_t>(c);
    return true;
  });
  to[at++] = 0;
  return at;
}

}  // namespace tunstack
