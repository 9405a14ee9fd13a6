#include "tunstack/firewall/interface_list.hpp"

#include <algorithm>

namespace tunstack::firewall {

namespace {

constexpr std::size_t longest_name = 15;  // IFNAMSIZ without the octet that ends it

bool can_be_created(std::string_view name) {
  const auto is_bad = [](char octet) { return octet <= ' ' || octet > '~' || octet == '/' || octet == ':'; };
  const bool is_number = name.find_first_not_of("0123456789") == name.npos;
  return !is_number && name.size() <= longest_name && name != "lo" && name != "." && name != ".." &&
         std::ranges::none_of(name, is_bad);
}

}  // namespace

void InterfaceList::add(std::string_view name, bool must_exist, char wildcard) {
  std::string made(name);
  if (made.ends_with(wildcard)) made.back() = made.size() > 1 ? '0' : wildcard;
  if (made.empty() || made == std::string_view(&wildcard, 1) || !can_be_created(made)) return;
  const auto found = std::ranges::find(interfaces_, made, &NamedInterface::name);
  if (found == interfaces_.end())
    interfaces_.push_back({.name = made, .must_exist = must_exist});
  else
    found->must_exist |= must_exist;
}

}  // namespace tunstack::firewall
