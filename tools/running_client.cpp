#include "tools/running_client.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>

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

template <class Number>
Number number_in(const Json& result, const char* key) {
  const auto found = result.find(key);
  return found != result.end() && found->is_number() ? found->get<Number>() : Number{};
}

clients::ClientResult result_in(const Json& result) {
  const auto reached = result.find("reached");
  return {.sent = number_in<unsigned>(result, "sent"),
          .received = number_in<unsigned>(result, "received"),
          .duplicates = number_in<unsigned>(result, "duplicates"),
          .errors = number_in<unsigned>(result, "errors"),
          .is_reached = reached != result.end() && reached->is_boolean() && reached->get<bool>(),
          .least = number_in<double>(result, "least"),
          .mean = number_in<double>(result, "mean"),
          .most = number_in<double>(result, "most"),
          .hops = number_in<unsigned>(result, "hops"),
          .path_mtu = number_in<unsigned>(result, "path_mtu"),
          .exit_status = number_in<int>(result, "exit_status")};
}

/// Those that were silent about what the program sent; the stack names the node that it runs at.
class Watcher {
 public:
  Watcher(const StackChoice& choice, std::string node) : stack_(connect_to_stack(choice)), silences_(std::move(node)) {
    stack_.ask({{"request", "watch"}, {"filter", ""}});
  }
  void read(Clock::time_point until) {
    for (auto line = stack_.next_line(until); line && !line->empty(); line = stack_.next_line(until))
      silences_.take(*line);
  }
  std::string text() const { return silences_.text(); }

 private:
  ControlClient stack_;
  Silences silences_;
};

std::string node_of(ControlClient& stack, const StackChoice& choice) {
  return stack.ask(about(choice, {{"request", "state"}})).value("node", "");
}

}  // namespace

ClientReport run_in_stack(const StackChoice& choice, const std::vector<std::string>& words) {
  ControlClient stack = connect_to_stack(choice);
  Watcher watcher(choice, node_of(stack, choice));
  Interrupts interrupts;
  stack.ask(about(choice, {{"request", "program"}, {"words", words}}));
  ClientReport report;
  while (true) {
    constexpr std::chrono::milliseconds a_while{100};
    const auto line = stack.next_line(Clock::now() + a_while);
    watcher.read(Clock::now());
    if (interrupts.take()) stack.say_no_more();
    if (!line)
      throw SystemError(fmt::format("the stack on {} has ended", stack.name().device), "nobody is there any more",
                        "start it again: tunstack up");
    const auto told = line->empty() ? std::nullopt : parse_object(*line);
    if (!told) continue;
    if (const auto text = told->find("text"); text != told->end() && text->is_string()) {
      report.text += text->get<std::string>();
      fmt::print("{}", text->get<std::string>());
      std::fflush(stdout);
    }
    const auto result = told->find("result");
    if (result == told->end()) continue;
    report.result = result_in(*result);
    break;
  }
  watcher.read(Clock::now() + last_events);
  report.silences = watcher.text();
  return report;
}

}  // namespace tunstack
