#include "tools/running_client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>

#include "tunstack/clients/result_json.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// The last events are on their way when the program has ended.
constexpr std::chrono::milliseconds last_events{100};

volatile std::sig_atomic_t is_interrupted = 0;
void interrupt(int /*signal*/) { is_interrupted = 1; }

/// The first one ends the program, and one that comes later this process.
class Interrupts {
 public:
  Interrupts() { std::signal(SIGINT, interrupt); }
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts() { std::signal(SIGINT, SIG_DFL); }

  /// Whether the program is to end now.
  bool take() {
    if (is_interrupted == 0) return false;
    is_interrupted = 0;
    if (!first_) first_ = Clock::now();
    if (Clock::now() - *first_ <= same_key) return true;
    std::signal(SIGINT, SIG_DFL);
    return std::raise(SIGINT) == 0;
  }

 private:
  static constexpr std::chrono::milliseconds same_key{300};  // several processes may pass one on
  std::optional<Clock::time_point> first_;
};

/// Hears of what is silent about what the program sends.
class Watcher {
 public:
  explicit Watcher(const StackChoice& choice) : stack_(connect_to_stack(choice)) {
    stack_.ask({{"request", "watch"}, {"filter", ""}});
  }
  /// From now on, as the answer says to whoever started the program.
  void listen(const Json& started) {
    const auto source = parse_address(started.value("source", "")), target = parse_address(started.value("target", ""));
    silences_.emplace(started.value("node", ""),
                      clients::Conversation{source.value_or(IpAddress{}), target.value_or(IpAddress{})});
  }
  /// What has come until then, but no more than there is time for.
  void read(Clock::time_point until) {
    auto line = stack_.next_line(until);
    for (std::size_t count = 0; line && !line->empty() && count < most_at_once; ++count, line = stack_.next_line(until))
      if (silences_) silences_->take(*line);
  }
  std::string text() const { return silences_ ? silences_->text() : std::string(); }

 private:
  static constexpr std::size_t most_at_once = 2000;
  ControlClient stack_;
  std::optional<Silences> silences_;
};

/// A line of the job: prints text, and returns the result if it is the last one.
std::optional<clients::ClientResult> hear(const std::string& line, ClientReport& report) {
  const auto told = parse_object(line);
  if (!told) return std::nullopt;
  if (const auto text = told->find("text"); text != told->end() && text->is_string()) {
    report.has_stars |= text->get_ref<const std::string&>().contains('*');
    fmt::print("{}", text->get_ref<const std::string&>());
    std::fflush(stdout);
  }
  if (told->value("event", "") == "lost")
    fmt::print(stderr, "tunstack: {} pieces of its text were lost: they came faster than they were read\n",
               told->value("count", 0));
  const auto result = told->find("result");
  return result == told->end() ? std::nullopt : std::optional(clients::result_in(*result));
}

}  // namespace

ClientReport run_in_stack(const StackChoice& choice, const std::vector<std::string>& words) {
  ControlClient stack = connect_to_stack(choice);
  Watcher watcher(choice);
  Interrupts interrupts;
  watcher.listen(stack.ask(about(choice, {{"request", "program"}, {"words", words}})));
  ClientReport report;
  for (std::optional<clients::ClientResult> result; !result;) {
    constexpr std::chrono::milliseconds a_while{100};
    const auto line = stack.next_line(Clock::now() + a_while);
    watcher.read(Clock::now());
    if (interrupts.take()) stack.say_no_more();
    if (!line)
      throw SystemError(fmt::format("the stack on {} has ended", stack.name().device), "nobody is there any more",
                        "start it again: tunstack up");
    result = hear(*line, report);
    if (result) report.result = *result;
  }
  watcher.read(Clock::now() + last_events);
  report.silences = watcher.text();
  return report;
}

}  // namespace tunstack
