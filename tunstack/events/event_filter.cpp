#include "tunstack/events/event_filter.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <span>

#include "protocols/wire/ethernet.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack {

namespace {

constexpr int snapshot = 262144;
// What stands for a word about events while libpcap reads the rest: true and false of any packet.
constexpr std::string_view holds_always = "greater 0";
constexpr std::string_view holds_never = "less 0";

constexpr std::string_view event_words[] = {"verdict", "reason", "node", "interface"};

bool is_event_word(std::string_view word) { return std::ranges::find(event_words, word) != std::end(event_words); }

void check_value(const std::string& about, const std::string& value) {
  static const std::vector<std::string> verdicts{"drop",    "reply", "error", "hold", "take",
                                                 "forward", "send",  "own",   "note"};
  std::vector<std::string> known;
  if (about == "verdict") known = verdicts;
  if (about == "reason")
    for (const ReasonInfo& reason : all_reasons()) known.emplace_back(reason.name);
  if (known.empty() || std::ranges::find(known, value) != known.end()) return;
  throw UsageFault(
      fmt::format("'{} {}' matches nothing", about, value.substr(0, 60)), fmt::format("there is no such {}", about),
      did_you_mean(value, known) + (about == "reason" ? "tunstack rules lists all"
                                                      : "drop, reply, error, hold, take, forward, send, own, note"));
}

/// A filter taken apart: what libpcap reads, with a gap before each part but the first for a word about events.
struct Parts {
  std::vector<std::string> text{""};
  std::vector<std::pair<std::string, std::string>> words;
};

constexpr bool ends_word(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '(' || c == ')' || c == '!'; }

std::string_view take_word(std::string_view& text) {
  const auto end = static_cast<std::size_t>(std::ranges::find_if(text, ends_word) - text.begin());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

void skip_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size())); }

Parts parts_of(std::string_view text) {
  Parts parts;
  while (!text.empty()) {
    const std::string_view word = take_word(text);
    if (!is_event_word(word)) {
      parts.text.back() += word;
      if (!text.empty()) parts.text.back() += text[0];
      text.remove_prefix(std::min<std::size_t>(1, text.size()));
      continue;
    }
    skip_blanks(text);
    const std::string_view value = take_word(text);
    if (value.empty())
      throw UsageFault(
          fmt::format("'{}' lacks its value", word), "a word about events is followed by a name",
          fmt::format("for example: {}", word == "verdict" ? "verdict drop" : std::string(word) + " NAME"));
    check_value(std::string(word), std::string(value));
    parts.words.emplace_back(word, value);
    parts.text.emplace_back();
  }
  return parts;
}

/// What libpcap compiles where the n-th word holds if the n-th bit is set.
std::string expression_of(const Parts& parts, std::size_t which) {
  std::string expression = parts.text[0];
  for (std::size_t i = 1; i < parts.text.size(); ++i) {
    expression += which >> (i - 1) & 1 ? holds_always : holds_never;
    expression += parts.text[i];
  }
  return expression;
}

}  // namespace

/// One program for each case of the words about events.
class EventFilter::Programs {
 public:
  Programs(const Parts& parts, int link_type) {
    const std::unique_ptr<pcap_t, void (*)(pcap_t*)> handle(pcap_open_dead(link_type, snapshot), pcap_close);
    for (std::size_t which = 0; which < std::size_t{1} << parts.words.size(); ++which) {
      bpf_program program{};
      // Not optimised: who rejects all packets in one case is no fault.
      if (handle &&
          pcap_compile(handle.get(), &program, expression_of(parts, which).c_str(), 0, PCAP_NETMASK_UNKNOWN) == 0)
        programs_.push_back(program);
      else
        fault_ = handle ? pcap_geterr(handle.get()) : "there is no memory";
    }
  }
  ~Programs() {
    for (bpf_program& program : programs_) pcap_freecode(&program);
  }
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;

  const std::string& fault() const { return fault_; }
  bool match(std::size_t which, Bytes packet) const {
    // No packet is no longer than an empty one, but `less 0` holds for none.
    const auto size = static_cast<unsigned>(std::max<std::size_t>(packet.size(), 1));
    return bpf_filter(programs_[which].bf_insns, packet.data(), size, static_cast<unsigned>(packet.size())) != 0;
  }

 private:
  std::vector<bpf_program> programs_;
  std::string fault_;
};

EventFilter::EventFilter(const std::string& text) {
  if (text.find_first_not_of(" \t\n") == std::string::npos) return;
  if (text.size() > longest)
    throw UsageFault("the filter is too long", fmt::format("it may have {} characters", longest),
                     "leave something out");
  const Parts parts = parts_of(text);
  if (parts.words.size() > most_words)
    throw UsageFault(fmt::format("the filter has more than {} words about events", most_words),
                     "verdict, reason, node and interface are such words", "ask for one case after the other");
  for (const auto& [about, value] : parts.words) words_.push_back({about, value});
  datagrams_ = std::make_shared<Programs>(parts, DLT_RAW);
  frames_ = std::make_shared<Programs>(parts, DLT_EN10MB);
  if (!datagrams_->fault().empty() && !frames_->fault().empty())
    throw UsageFault(fmt::format("'{}' is no filter", text), datagrams_->fault(),
                     "pcap-filter(7) describes the language; verdict, reason, node and interface are added to it");
  if (!datagrams_->fault().empty()) datagrams_ = nullptr;
  if (!frames_->fault().empty()) frames_ = nullptr;
}

bool EventFilter::EventWord::holds(const Event& event, const EventNames& names) const {
  if (about == "verdict") return event.verdict == value;
  if (about == "reason") return info(event.reason).name == value;
  if (about == "node") return names.places.node(event.node) == value;
  return names.places.interface(event.node, event.interface) == value;
}

std::vector<std::string> EventFilter::nodes() const {
  std::vector<std::string> named;
  for (const EventWord& word : words_)
    if (word.about == "node") named.push_back(word.value);
  return named;
}

bool EventFilter::matches(const Event& event, const EventNames& names) const {
  if (!datagrams_ && !frames_) return true;
  std::size_t which = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) which |= std::size_t{words_[i].holds(event, names)} << i;
  if (event.sent != nullptr && event.sent->is_framed()) {
    std::vector<std::uint8_t> frame(ethernet_header_size);
    ethernet_header(*event.sent).write(frame);
    frame.insert(frame.end(), event.packet.begin(), event.packet.end());
    return frames_ && frames_->match(which, frame);
  }
  if (event.sent != nullptr && event.sent->payload == LinkPayload::frame)
    return frames_ && frames_->match(which, event.packet);
  if (!event.frame.empty()) return frames_ && frames_->match(which, event.frame);
  return datagrams_ && datagrams_->match(which, event.packet);
}

}  // namespace tunstack
