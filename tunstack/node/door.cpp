#include "tunstack/node/door.hpp"

#include <algorithm>
#include <charconv>

#include "tunstack/node/interface_config.hpp"

namespace tunstack {

namespace {

using Refused = std::unexpected<OptionFault>;

constexpr std::size_t longest_name = 15;  // of a device, as the kernel has it
constexpr std::size_t longest_network = 255;
constexpr const char* example = "for example --door tun1=198.51.100.2/24,2001:db8:1::2/64";
constexpr std::string_view mtu_key = "mtu=";

bool is_of_names(unsigned char c) {
  constexpr std::string_view refused = "/:%,@=";
  return c > ' ' && c != 0x7f && refused.find(static_cast<char>(c)) == std::string_view::npos;
}

bool is_name(std::string_view name, std::size_t longest) {
  return !name.empty() && name.size() <= longest && name != "." && name != ".." &&
         std::ranges::all_of(name, is_of_names);
}

std::optional<OptionFault> name_fault(const RouterDoor& door, bool is_elsewhere) {
  if (!is_name(door.name, longest_name))
    return OptionFault{
        "'" + door.name.substr(0, 40) + "' cannot be the name of a door",
        "it is that of a device: 1 to 15 characters, none of them a blank, '/', ':', '%', '@', ',' or '='", example};
  if (is_elsewhere && !is_name(door.network, longest_network))
    return OptionFault{"'" + door.network.substr(0, 40) + "' cannot be a network namespace",
                       "behind @ stands the name of one, as 'ip netns add' makes it",
                       "for example --door tun1@far=198.51.100.2/24"};
  return std::nullopt;
}

std::expected<std::size_t, OptionFault> parse_mtu(std::string_view text) {
  std::size_t mtu = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mtu);
  if (error == std::errc{} && end == text.data() + text.size() && mtu >= ipv4_minimum_mtu && mtu <= maximum_mtu)
    return mtu;
  return Refused({"'" + std::string(text.substr(0, 40)) + "' cannot be the MTU of a door",
                  "it is a number of octets from 68 to 65535", "for example mtu=1400"});
}

/// An address, or an MTU.
std::optional<OptionFault> read_part(const std::string& part, RouterDoor& door) {
  if (part.starts_with(mtu_key)) {
    const auto mtu = parse_mtu(std::string_view(part).substr(mtu_key.size()));
    if (!mtu) return mtu.error();
    door.mtu = *mtu;
    return std::nullopt;
  }
  const auto address = parse_host_address(part);
  if (!address) return address.error();
  door.addresses.push_back(*address);
  return std::nullopt;
}

/// Link-local prefixes are on every link.
std::optional<OptionFault> overlap_fault(const RouterDoor& door, const RouterDoor& other) {
  for (const IpPrefix& one : door.addresses)
    for (const IpPrefix& two : other.addresses)
      if (!one.address.is_link_local() && overlap(one, two))
        return OptionFault{"the doors " + other.name + " and " + door.name + " have the prefixes of " + to_text(two) +
                               " and " + to_text(one),
                           "an address that both hold would have two ways", "give each door prefixes of its own"};
  return std::nullopt;
}

}  // namespace

std::expected<RouterDoor, OptionFault> parse_door(const std::string& text) {
  const std::size_t equals = text.find('='), at = text.substr(0, equals).find('@');
  const bool is_elsewhere = at != std::string::npos;
  RouterDoor door{.name = text.substr(0, std::min(at, equals))};
  if (is_elsewhere) door.network = text.substr(at + 1, equals == std::string::npos ? equals : equals - at - 1);
  if (auto fault = name_fault(door, is_elsewhere)) return Refused(std::move(*fault));
  std::size_t begin = equals == std::string::npos ? text.size() : equals + 1;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (auto fault = read_part(text.substr(begin, end - begin), door)) return Refused(std::move(*fault));
    begin = end + 1;
  }
  if (door.addresses.empty())
    return Refused(
        {"the door " + door.name + " has no address", "a door is NAME=ADDR/LEN[,ADDR/LEN...][,mtu=OCTETS]", example});
  return door;
}

std::string to_text(const RouterDoor& door) {
  std::string text = door.name + (door.network.empty() ? "" : "@" + door.network);
  for (char before = '='; const IpPrefix& address : door.addresses) {
    text += before + to_text(address);
    before = ',';
  }
  return door.mtu ? text + "," + std::string(mtu_key) + std::to_string(*door.mtu) : text;
}

std::optional<OptionFault> doors_fault(const std::vector<RouterDoor>& doors) {
  if (doors.size() > max_doors)
    return OptionFault{std::to_string(doors.size()) + " doors are too many",
                       "a router may have " + std::to_string(max_doors), "leave some out"};
  for (auto one = doors.begin(); one != doors.end(); ++one)
    for (auto other = doors.begin(); other != one; ++other) {
      if (one->name == other->name)
        return OptionFault{"the door " + one->name + " is given twice",
                           "events and captures tell doors apart by their names",
                           "another name, or all addresses in one: " + one->name + "=ADDR/LEN,ADDR/LEN"};
      if (auto fault = overlap_fault(*one, *other)) return fault;
    }
  return std::nullopt;
}

}  // namespace tunstack
