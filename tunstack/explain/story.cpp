#include "tunstack/explain/story.hpp"

#include <fmt/format.h>

#include "protocols/wire/ipv4.hpp"
#include "protocols/wire/ipv6.hpp"
#include "tunstack/explain/describe.hpp"
#include "tunstack/explain/explain.hpp"

namespace tunstack {

namespace {

PacketText text_of(const Decision& decision) {
  return decision.frame.empty() ? describe(decision.packet) : describe_frame(decision.frame);
}

std::string beginning(const PacketText& packet) {
  return packet.summary_tells_addresses ? packet.summary : fmt::format("{}: {}", packet.summary, packet.source);
}

std::string after(Duration time) {
  if (time == Duration(0)) return "at once";
  return fmt::format("after {:.1f} ms", std::chrono::duration<double, std::milli>(time).count());
}

/// "ttl 63", of what was sent on.
std::string hop_text(Bytes packet) {
  if (packet.size() < ipv4_header_size) return {};
  return ip_version(packet) == 4 ? fmt::format("ttl {}", packet[ipv4_offset::ttl])
                                 : fmt::format("hop limit {}", packet[ipv6_offset::hop_limit]);
}

std::string several_text(const Decision& decision) {
  if (decision.sent.size() < 2) return {};
  const bool are_copies = std::holds_alternative<Copies>(decision.verdict);
  return fmt::format(", {} {}", decision.sent.size(), are_copies ? "packets" : "fragments");
}

}  // namespace

StoryTeller::Place StoryTeller::begin(Instant now, std::string line) {
  if (stories_.size() == most) {
    stories_.front().line += ", and is still on its way";
    tell(stories_.begin());
  }
  return stories_.insert(stories_.end(), {.begin = now, .line = std::move(line)});
}

void StoryTeller::add(Story& story, const std::string& text) {
  if (story.is_cut) return;
  story.is_cut = story.line.size() + text.size() > longest;
  story.line += story.is_cut ? ", and so on" : text;
}

/// What has that number already is another story's.
void StoryTeller::track(Place story, PacketNumber packet) {
  if (!under_way_.emplace(packet, story).second) return;
  story->packets.push_back(packet);
  ++story->under_way;
}

StoryTeller::Place StoryTeller::take(const Decision& decision) {
  const auto known = under_way_.find(decision.ids.number);
  if (known == under_way_.end()) return begin(decision.time, beginning(text_of(decision)));
  const auto story = known->second;
  under_way_.erase(known);
  --story->under_way;
  return story;
}

void StoryTeller::add_step(Story& story, const Decision& decision) {
  const bool goes_on = sends_on(decision);
  if (goes_on && story.is_answered) return;
  const std::string_view node = names_.node(decision.node);
  if (goes_on) {
    return add(story, fmt::format(" -> {} ({}{})", node, hop_text(decision.sent[0].bytes), several_text(decision)));
  }
  const ReasonInfo& reason = info(deciding_reason(decision));
  add(story, fmt::format("{} {}: {} {}", story.is_answered ? ", on its way back" : " ->", node, verdict_name(decision),
                         reason.name));
  if (!decision.sent.empty() && std::holds_alternative<Error>(decision.verdict))
    add(story, fmt::format(" ({})", describe(decision.sent[0]).summary));
  story.is_answered |= !decision.sent.empty();
}

void StoryTeller::decided(const Decision& decision) {
  const auto story = take(decision);
  add_step(*story, decision);
  send(story, decision.node, decision.sent, decision.time);
  end_if_over(story);
}

void StoryTeller::originated(const Origination& origination) {
  const PacketText text = describe(origination.sent[0]);
  const auto story = begin(origination.time, fmt::format("{}: {}: {}", text.summary, names_.node(origination.node),
                                                         info(origination.reason).name));
  send(story, origination.node, origination.sent, origination.time);
  end_if_over(story);
}

void StoryTeller::noted(const Note& note) {
  const auto known = under_way_.find(note.cause);
  if (known == under_way_.end()) return;
  const auto story = known->second;
  add(*story, fmt::format(", {}", info(note.reason).name));
  if (!note.ends_packet) return;
  under_way_.erase(known);
  --story->under_way;
  end_if_over(story);
}

/// What a single node sends leaves right away; in a network, and of what it sends to itself, it is still to be seen.
void StoryTeller::send(Place story, NodeId node, std::span<const OutgoingPacket> sent, Instant now) {
  for (const OutgoingPacket& packet : sent)
    network_.is_single() && !packet.loops_back ? tell_left(*story, names_.interface(node, packet.interface), now)
                                               : track(story, packet.ids.number);
}

void StoryTeller::tell_left(Story& story, std::string_view by, Instant now) {
  if (std::exchange(story.has_left, true)) return;
  story.line += story.is_answered ? fmt::format(", back {}", after(now - story.begin)) : fmt::format(", out by {}", by);
}

void StoryTeller::enters(InterfaceId door, Bytes packet, PacketNumber number, Instant now) {
  const bool is_frame = network_.has_frames_at(door);
  const auto story = begin(now, beginning(is_frame ? describe_frame(packet) : describe(packet)));
  track(story, number);
}

void StoryTeller::leaves(InterfaceId door, PacketNumber number, Instant now) {
  const auto known = under_way_.find(number);
  if (known == under_way_.end()) return;
  const auto story = known->second;
  under_way_.erase(known);
  --story->under_way;
  tell_left(*story, network_.name_of(door), now);
  end_if_over(story);
}

void StoryTeller::end_if_over(Place story) {
  if (story->under_way == 0) tell(story);
}

void StoryTeller::tell(Place story) {
  for (const PacketNumber packet : story->packets)
    if (const auto known = under_way_.find(packet); known != under_way_.end() && known->second == story)
      under_way_.erase(known);
  out_.put(
      fmt::format("{:.6f} {}\n", std::chrono::duration<double>(story->begin.time_since_epoch()).count(), story->line));
  stories_.erase(story);
}

}  // namespace tunstack
