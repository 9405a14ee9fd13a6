#include "tunstack/report/markup.hpp"

#include <nlohmann/json.hpp>

namespace tunstack {

namespace {

using nlohmann::json;

std::string valid_utf8(std::string_view text) {
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace)).get<std::string>();
}

/// Octets of the control character, or of what is none at all (U+FFFE, U+FFFF), at the start of a text; 0: there is
/// none.
std::size_t control_size(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if ((first < ' ' && first != '\n') || first == 0x7f) return 1;
  if (first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0) return 2;
  return text.starts_with("\xef\xbf\xbe") || text.starts_with("\xef\xbf\xbf") ? 3 : 0;
}

/// With the octets that `replace` has another text for.
template <class Replace>
std::string replaced(std::string_view text, const Replace& replace) {
  std::string result;
  for (const char c : text) {
    const std::string_view other = replace(c);
    result += other.empty() ? std::string_view(&c, 1) : other;
  }
  return result;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace

std::string harmless(std::string_view text) {
  const std::string checked = valid_utf8(text);
  std::string result;
  for (std::size_t at = 0; at < checked.size();) {
    const std::size_t control = control_size(std::string_view(checked).substr(at));
    result += control == 0 ? checked[at] : checked[at] == '\t' ? ' ' : '?';
    at += std::max<std::size_t>(control, 1);
  }
  return result;
}

std::string escaped(std::string_view text) { return replaced(harmless(text), entity); }

std::string annotation_message(std::string_view text) {
  return replaced(harmless(text), [](char c) -> std::string_view { return c == '%' ? "%25" : c == '\n' ? "%0A" : ""; });
}

std::string annotation_property(std::string_view text) {
  return replaced(annotation_message(text), [](char c) -> std::string_view {
    return c == ':' ? "%3A" : c == ',' ? "%2C" : "";
  });
}

}  // namespace tunstack
