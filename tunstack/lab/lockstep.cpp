#include "tunstack/lab/lockstep.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <sstream>

#include "tunstack/fault.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/settings/network_settings.hpp"
#include "tunstack/settings/quantities.hpp"

namespace tunstack::lab {

namespace {

constexpr std::chrono::hours longest_time(24 * 366 * 100);  // since the start: far from the end of the clock
constexpr std::size_t largest_packet = 65535 + 14;
constexpr std::size_t longest_line = 1 << 18;  // octets: a packet, and what is said of it

/// With nodes that all may begin to misbehave.
NetworkPlan changeable(NetworkPlan plan) {
  for (PlannedNode& node : plan.nodes)
    if (!node.misbehaviour) node.misbehaviour = Misbehaviour();
  return plan;
}

class Lockstep {
 public:
  Lockstep(const LabPlan& plan, std::ostream& out)
      : plan_(plan), out_(out), network_(changeable(plan.network)), start_(plan.network.start), now_(start_) {}

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "inject")
      inject(words);
    else if (word == "advance")
      advance(words);
    else if (word == "set")
      set(words);
    else if (word != "now")
      refuse(fmt::format("'{}' is not inject, advance, set, now or quit", word));
    tell("now {}\n", time_text(now_));
    out_.flush();
  }

 private:
  template <class... Parts>
  void tell(fmt::format_string<Parts...> format, Parts&&... parts) {
    fmt::print(out_, format, std::forward<Parts>(parts)...);
  }
  void refuse(const std::string& why) { tell("error {}\n", why); }

  std::string time_text(Instant time) const {
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(time - start_).count();
    return fmt::format("{}.{:09}", nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000);
  }

  void inject(std::istringstream& words) {
    std::string name, digits;
    words >> name >> digits;
    const auto door = std::ranges::find(plan_.doors, name, &PlannedDoor::name);
    if (door == plan_.doors.end()) return refuse(fmt::format("there is no door '{}'", name));
    const auto octets = notation::parse_octets(digits);
    if (!octets) return refuse(octets.error().what);
    if (octets->empty() || octets->size() > largest_packet)
      return refuse(fmt::format("a packet has from 1 to {} octets", largest_packet));
    const auto number = static_cast<std::size_t>(door - plan_.doors.begin());
    network_.receive({.interface = InterfaceId(number), .bytes = *octets, .now = now_}, box_);
    told();
  }

  void advance(std::istringstream& words) {
    std::string text;
    words >> text;
    const auto duration = parse_time(text, longest_time - std::chrono::ceil<std::chrono::seconds>(now_ - start_));
    if (!duration) return refuse(fmt::format("'{}' is no time: 250ms, 1.5s, 6h", text));
    const Instant end = now_ + *duration;
    while (network_.next_deadline() <= end) {
      now_ = std::max(now_, network_.next_deadline());
      network_.tick(now_, box_);
      told();
    }
    now_ = end;
  }

  void set(std::istringstream& words) {
    std::string key, value;
    words >> key >> value;
    try {
      apply(read_settings(network_, {key + "=" + value}, now_), network_, now_, box_);
    } catch (const std::exception& fault) {
      return refuse(fault.what());
    }
    told();
  }

  void told() {
    for (const OutgoingPacket& packet : box_.packets()) {
      std::string digits;
      for (const std::uint8_t octet : packet.bytes) digits += fmt::format("{:02x}", octet);
      tell("out {} {} {}\n", plan_.doors[static_cast<std::size_t>(packet.interface)].name, time_text(now_), digits);
    }
    box_.clear();
  }

  const LabPlan& plan_;
  std::ostream& out_;
  Network network_;
  Outbox box_;
  Instant start_, now_;
};

}  // namespace

void run_lockstep(const LabPlan& plan, std::istream& in, std::ostream& out) {
  Lockstep lockstep(plan, out);
  for (std::string line; std::getline(in, line) && line != "quit";)
    if (!line.empty()) lockstep.obey(line.size() > longest_line ? "too-long" : line);
}

}  // namespace tunstack::lab
