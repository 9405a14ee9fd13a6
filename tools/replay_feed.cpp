#include "tools/replay_feed.hpp"

#include <fmt/format.h>

#include "tunstack/fault.hpp"
#include "tunstack/notation/packet_text.hpp"
#include "tunstack/settings/network_settings.hpp"

namespace tunstack {

namespace {

constexpr InterfaceId only{0};

}  // namespace

std::string count_of(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void ReplayFeed::feed(const std::optional<CapturedFrame>& first, const std::function<bool()>& is_wanted) {
  for (auto frame = first; frame && is_wanted(); frame = reader_.next()) {
    take_marks();
    cut_short_ += frame->cut_short;
    other_times_ += frame->other_time;
    if (frame->direction == Direction::out)
      take_sent(*frame);
    else
      take(*frame);
  }
  take_marks();
  if (comparison_ != nullptr) comparison_->finish();
}

void ReplayFeed::take(const CapturedFrame& frame) {
  guess_.see(frame.bytes);
  const auto received = received_from(frame);
  if (!received) {
    ++not_ip_;
    return;
  }
  replay_.advance(received->now);
  if (comparison_ != nullptr) comparison_->arrives(reader_.count());
  replay_.receive(*received);
  ++fed_;
}

void ReplayFeed::take_sent(const CapturedFrame& frame) {
  ++sent_;
  replay_.advance(instant_of(frame.time));
  if (comparison_ == nullptr) return;
  const bool is_own_accord = frame.comment.starts_with("send ");
  comparison_->expects(reader_.count(), frame.bytes,
                       is_own_accord ? Comparison::Kind::own_accord : Comparison::Kind::answer,
                       interface_of(frame.interface));
}

void ReplayFeed::take_marks() {
  for (const auto& [time, mark] : reader_.take_marks()) {
    const Instant when = instant_of(time);
    switch (mark.kind) {
      case CaptureMark::Kind::link_down:
      case CaptureMark::Kind::link_up:
        replay_.change_link(interface_of(static_cast<std::size_t>(mark.interface)),
                            mark.kind == CaptureMark::Kind::link_up, when);
        break;
      case CaptureMark::Kind::shut_down:
        replay_.shut_down(when);
        break;
      case CaptureMark::Kind::set:
        replay_.act(when, [&](Instant now, Outbox& out) { set(mark.settings, now, out); });
        break;
      case CaptureMark::Kind::send:
      case CaptureMark::Kind::originate:
        replay_.act(when, [&](Instant now, Outbox& out) { send(mark, now, out); });
    }
  }
}

void ReplayFeed::send(const CaptureMark& mark, Instant now, Outbox& out) {
  const auto octets = notation::parse_octets(mark.octets);
  if (!octets) return;
  const NodeId from = mark.node.empty() ? network_.node_at(only) : node_named(mark.node);
  network_.act(from, now, out, [&](Node& node, Instant when, Outbox& box) {
    if (mark.kind == CaptureMark::Kind::originate) return static_cast<void>(node.send_of_program(*octets, when, box));
    mark.is_frame ? node.send_frame(only, *octets, when, box) : node.send_packet(only, *octets, when, box);
  });
}

NodeId ReplayFeed::node_named(const std::string& name) const {
  if (const auto found = network_.find_node(name)) return *found;
  throw UsageFault(fmt::format("the capture has something to do for a node '{}'", name.substr(0, 40)),
                   "there is no such node in what it is replayed with",
                   "replay it with the options that it was captured with");
}

/// With another host, or other options, they may be none.
void ReplayFeed::set(const std::vector<std::string>& texts, Instant now, Outbox& out) try {
  apply(read_settings(network_, texts, now), network_, now, out);
} catch (const UsageFault& fault) {
  throw UsageFault(
      fmt::format("cannot set what was set before packet {} of the capture: {}", reader_.count(), fault.what()),
      fault.why(), "replay it with the options that it was captured with");
}

/// What the stack gets of a captured frame: all of it on a link with addresses, else the datagram in it, if there is
/// one.
std::optional<Received> ReplayFeed::received_from(const CapturedFrame& frame) const {
  const Instant now = instant_of(frame.time);
  const InterfaceId interface = interface_of(frame.interface);
  if (reader_.link_type() == LinkType::ethernet)
    return Received{.interface = interface, .bytes = frame.bytes, .now = now};
  const auto datagram = datagram_in(reader_.link_type(), frame.bytes);
  if (!datagram) return std::nullopt;
  return Received{
      .interface = interface, .bytes = datagram->bytes, .now = now, .link_layer_group = datagram->link_layer_group};
}

InterfaceId ReplayFeed::interface_of(std::size_t in_capture) const {
  return in_capture < network_.doors() ? static_cast<InterfaceId>(in_capture) : only;
}

std::string ReplayFeed::left_out_text() const {
  std::string text;
  if (sent_ != 0 && comparison_ == nullptr)
    text += fmt::format("tunstack: {} marked as sent by the host itself, and {} left out\n",
                        count_of(sent_, "packet") + (sent_ == 1 ? " is" : " are"), sent_ == 1 ? "was" : "were");
  if (not_ip_ != 0)
    text +=
        fmt::format("tunstack: {} no IP and {} left out\n",
                    count_of(not_ip_, "frame") + (not_ip_ == 1 ? " holds" : " hold"), not_ip_ == 1 ? "was" : "were");
  if (cut_short_ != 0)
    text += fmt::format("tunstack: {} cut short by whoever captured (tcpdump -s 0 captures all)\n",
                        count_of(cut_short_, "packet") + (cut_short_ == 1 ? " was" : " were"));
  if (other_times_ != 0)
    text +=
        fmt::format("tunstack: the {} before 1970 or after 2261; the nearest one was taken\n",
                    other_times_ == 1 ? "time of 1 packet lies" : fmt::format("times of {} packets lie", other_times_));
  return text;
}

}  // namespace tunstack
