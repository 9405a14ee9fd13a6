#include "tunstack/capture/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tunstack/capture/recorder.hpp"
#include "tunstack/explain/describe.hpp"

namespace tunstack {

void Comparison::arrives(std::size_t number) {
  compare_answers();
  number_ = number;
}

void Comparison::expects(std::size_t number, Bytes octets, Kind kind, InterfaceId interface) {
  const Packet packet{interface, {octets.begin(), octets.end()}};
  if (kind == Kind::answer)
    expected_.push_back(packet);
  else
    own_expected_[packet].push_back(number);
}

void Comparison::decided(const Decision& decision) {
  if (is_finished_) return;
  for (const OutgoingPacket& packet : decision.sent) sent_.push_back({packet.interface, octets_on_link(packet)});
}

void Comparison::originated(const Origination& origination) {
  if (is_finished_) return;
  for (const OutgoingPacket& packet : origination.sent) ++own_sent_[{packet.interface, octets_on_link(packet)}];
}

void Comparison::finish() {
  compare_answers();
  compare_own_accord();
  is_finished_ = true;
}

/// Before the first packet nothing is answered; what was sent then answers one that the capture does not hold.
void Comparison::compare_answers() {
  const bool is_same = expected_ == sent_;
  if (number_ != 0 || !is_same) {
    ++decisions_.all;
    decisions_.same += is_same;
  }
  if (!is_same && !first_) first_ = answers_difference();
  expected_.clear();
  sent_.clear();
}

/// Where the lines are the same, with the first octet that is not.
Difference Comparison::answers_difference() const {
  Difference difference{number_, lines_of(expected_), lines_of(sent_)};
  if (difference.expected != difference.sent) return difference;
  const auto [expected, sent] = std::ranges::mismatch(expected_, sent_);
  const std::size_t place = static_cast<std::size_t>(expected - expected_.begin());
  const auto [octet, other] = std::ranges::mismatch(expected->octets, sent->octets);
  const bool is_elsewhere = expected->octets == sent->octets;
  const auto tell = [&](std::string& line, const Packet& packet, std::vector<std::uint8_t>::const_iterator at) {
    const auto& octets = packet.octets;
    if (is_elsewhere)
      line += fmt::format(", by interface {}", static_cast<unsigned>(packet.interface));
    else
      line += at == octets.end() ? fmt::format(", {} octets", octets.size())
                                 : fmt::format(", octet {} is {:#04x}", at - octets.begin(), *at);
  };
  tell(difference.expected[place], *expected, octet);
  tell(difference.sent[place], *sent, other);
  return difference;
}

void Comparison::compare_own_accord() {
  std::optional<Difference> first;
  for (const auto& [packet, numbers] : own_expected_) {
    const auto sent = own_sent_.find(packet);
    const std::size_t times = sent == own_sent_.end() ? 0 : sent->second;
    own_accord_.all += std::max(numbers.size(), times);
    own_accord_.same += std::min(numbers.size(), times);
    if (numbers.size() > times && (!first || numbers[times] < first->number))
      first = {numbers[times], lines_of({packet}), {}};
  }
  for (const auto& [packet, times] : own_sent_) {
    const auto expected = own_expected_.find(packet);
    const std::size_t wanted = expected == own_expected_.end() ? 0 : expected->second.size();
    if (wanted == 0) own_accord_.all += times;
    if (times > wanted && !first) first = {0, {}, lines_of({packet})};
  }
  if (!first_) first_ = first;
}

std::vector<std::string> Comparison::lines_of(const std::vector<Packet>& packets) const {
  std::vector<std::string> lines;
  lines.reserve(packets.size());
  for (const Packet& packet : packets)
    lines.push_back(line_of(has_frames_ ? describe_frame(packet.octets) : describe(packet.octets)));
  return lines;
}

namespace {

std::string count_text(const Comparison::Count& count) {
  return count.same == count.all ? fmt::format("{} the same", count.same)
                                 : fmt::format("{} the same, {} not", count.same, count.all - count.same);
}

std::string side_text(std::string_view side, const std::vector<std::string>& lines) {
  if (lines.empty()) return fmt::format("    {}  nothing\n", side);
  std::string text;
  for (const std::string& line : lines) text += fmt::format("    {}  {}\n", side, line);
  return text;
}

}  // namespace

std::string comparison_text(const Comparison& comparison) {
  const Comparison::Count decisions = comparison.decisions(), own = comparison.own_accord();
  std::string text =
      fmt::format("tunstack: {} decision{}, {}", decisions.all, decisions.all == 1 ? "" : "s", count_text(decisions));
  if (own.all != 0)
    text += fmt::format("; {} packet{} of its own accord, {}", own.all, own.all == 1 ? "" : "s", count_text(own));
  text += "\n";
  const auto& first = comparison.first_difference();
  if (!first) return text;
  const std::string place =
      first->number == 0 ? "of what the capture does not hold" : fmt::format("at packet {}", first->number);
  return text + fmt::format("  the first difference is {}:\n", place) + side_text("the capture has", first->expected) +
         side_text("now is sent    ", first->sent);
}

}  // namespace tunstack
