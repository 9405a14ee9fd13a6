#include "tunstack/control/control_client.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <nlohmann/json.hpp>

#include "tunstack/control/control_line.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds longest_wait{5};  // for an answer

/// Whether the file becomes readable in time.
bool is_readable(int fd, const std::optional<Clock::time_point>& until) {
  for (;;) {
    using std::chrono::milliseconds;
    const auto left = until ? std::chrono::ceil<milliseconds>(*until - Clock::now()) : milliseconds(-1);
    pollfd file{fd, POLLIN, 0};
    const int ready = ::poll(&file, 1, until ? static_cast<int>(std::max<std::int64_t>(left.count(), 0)) : -1);
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

[[noreturn]] void throw_silent(const StackName& name, const std::string& why) {
  throw SystemError(fmt::format("the stack on {} (process {}) does not answer: {}", name.device, name.pid, why),
                    "it is stopped, or very busy", fmt::format("try again; or: kill -CONT {}", name.pid));
}

[[noreturn]] void throw_unreadable(const StackName& name) {
  throw SystemError(fmt::format("the stack on {} sent an answer that this tunstack cannot read", name.device),
                    "it is another version, or it ended in the meantime", "use the same version for both");
}

std::string text_of(const Json& fault, const char* key) {
  const auto found = fault.find(key);
  return found != fault.end() && found->is_string() ? found->get<std::string>() : "";
}

void send_all(int socket, std::string_view text, const StackName& name) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EPIPE) return;  // it may have said why
    if (sent < 0 && errno != EINTR) throw_silent(name, std::strerror(errno));
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

bool ControlClient::read_more() {
  std::array<char, 65536> part;
  const ssize_t got = ::recv(stack_.connection.get(), part.data(), part.size(), 0);
  if (got > 0) heard_.append(part.data(), static_cast<std::size_t>(got));
  if (got < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNRESET) throw_silent(name(), std::strerror(errno));
  if (heard_.size() > longest_answer && heard_.find('\n') > longest_answer)
    throw SystemError(fmt::format("the stack on {} (process {}) sends more than an answer", name().device, name().pid),
                      fmt::format("answers have at most {} octets", longest_answer),
                      "use the same version of tunstack for both");
  return got > 0 || (got < 0 && errno != ECONNRESET);
}

std::optional<std::string> ControlClient::take_line() {
  const std::size_t end = heard_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = heard_.substr(0, end);
  heard_.erase(0, end + 1);
  return line;
}

std::optional<std::string> ControlClient::next_line(std::optional<Clock::time_point> until) {
  for (;;) {
    if (auto line = take_line()) return line;
    if (!is_readable(stack_.connection.get(), until)) return std::string();
    if (!read_more()) return std::nullopt;
  }
}

void ControlClient::say_no_more() { ::shutdown(stack_.connection.get(), SHUT_WR); }

Json ControlClient::ask(const Json& request) {
  send_all(stack_.connection.get(), request.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n", name());
  const auto line = next_line(Clock::now() + longest_wait);
  if (line && line->empty()) throw_silent(name(), "nothing came");
  auto answer = line ? parse_object(*line) : std::nullopt;
  if (!answer) throw_unreadable(name());
  const auto fault = answer->find("fault");
  const auto schema = answer->find("schema");
  if (fault == answer->end() && (schema == answer->end() || *schema != control_schema)) throw_unreadable(name());
  if (fault == answer->end()) return std::move(*answer);
  if (!fault->is_object()) throw_unreadable(name());
  throw UsageFault(text_of(*fault, "what"), text_of(*fault, "why"), text_of(*fault, "remedy"));
}

}  // namespace tunstack
