#include "tunstack/firewall/report/markup.hpp"

#include "tunstack/firewall/report/plain_text.hpp"

namespace tunstack::firewall {

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : harmless(text)) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  return result;
}

}  // namespace tunstack::firewall
