// Both ends of a control socket, over socket pairs, with anything at the other one: clients that come, send, read,
// close one direction or all, at any time; and a stack that answers anything and then ends, resets or is silent. Input:
// one octet, whether clients or a stack are fuzzed, then steps of two octets, or what the stack answers.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/fuzz/sent_packets.hpp"
#include "tunstack/control/control_client.hpp"
#include "tunstack/control/control_requests.hpp"
#include "tunstack/control/control_socket.hpp"
#include "tunstack/events/event_text.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/programs/programs.hpp"
#include "tunstack/report/bounded_json.hpp"
#include "tunstack/report/state_report.hpp"
#include "tunstack/why/outcome_json.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

/// Whether each of the first descriptors is open.
std::bitset<96> open_descriptors() {
  std::bitset<96> open;
  for (std::size_t fd = 0; fd < open.size(); ++fd) open[fd] = ::fcntl(static_cast<int>(fd), F_GETFD) >= 0;
  return open;
}

struct Pair {
  FileDescriptor ours, theirs;  // ours is at the end that is fuzzed
};

Pair connected(int flags) {
  std::array<int, 2> fds{};
  require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0, fds.data()) == 0);
  return {FileDescriptor(fds[0]), FileDescriptor(fds[1])};
}

// ---- a stack, and clients that do anything ----

bool is_readable(int fd) {
  pollfd ready{fd, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

/// A client, and what it has said and heard.
struct Client {
  FileDescriptor connection;
  std::size_t requests = 0;  // whole lines
  std::size_t answers = 0;
  bool watches = false, has_ended = false, is_shut = false;
};

/// Requests of few octets, so that fuzzing finds them.
constexpr std::string_view requests[] = {
    "{\"request\":\"state\"}",
    "{\"request\":\"get\"}",
    "{\"request\":\"set\",\"settings\":[\"icmp4.echo=off\"]}",
    "{\"request\":\"send\",\"octets\":\"4500\"}",
    "{\"request\":\"ask\",\"octets\":\"4500\"}",
    "{\"request\":\"program\",\"words\":[\"ping\",\"-c\",\"2\",\"192.0.2.1\"]}",
    "{\"request\":\"program\",\"words\":[\"traceroute\",\"2001:db8::1\"]}",
    "{}",
    "x",
    "",
};
constexpr std::string_view watch_request = "{\"request\":\"watch\",\"filter\":\"not verdict reply\"}";

/// Programs of a stack, for whoever asked for them.
class Jobs final : public JobOwner {
 public:
  explicit Jobs(Network& network) : programs_(network, {}) {}

  std::size_t start(NodeId node, const std::vector<std::string>& words, Instant now) {
    const std::size_t job = programs_.start(node, words, 1, now);
    running_.push_back(job);
    return job;
  }
  void interrupted(std::size_t job) override { programs_.interrupt(job, now_); }
  void abandoned(std::size_t job) override {
    programs_.end(job);
    require(std::erase(running_, job) == 1);
  }
  void go_on(Instant now, Outbox& out, ControlClients& clients) {
    now_ = now;
    programs_.act(now, out);
    for (const std::size_t job : std::vector(running_)) {
      clients.say(job, programs_.take_text(job).empty() ? "{}\n" : "{\"text\":1}\n", false);
      if (!programs_.is_finished(job)) continue;
      clients.say(job, "{\"result\":1}\n", true);
      abandoned(job);
    }
  }

 private:
  Programs programs_;
  Instant now_{};
  std::vector<std::size_t> running_;
};

class Clients {
 public:
  Clients() : network_(plan_of(config())) {}

  void step(std::uint8_t what, std::uint8_t amount, Bytes rest) {
    if (what % 8 == 0) return come();
    if (what % 16 == 9) return go_on(std::chrono::seconds(amount));
    if (what % 8 == 1) return happen(rest);
    if (clients_.empty()) return;
    Client& client = clients_[what / 8U % clients_.size()];
    switch (what % 8) {
      case 2:
        return say(client, requests[amount % std::size(requests)], true);
      case 3:
        return say(client, {reinterpret_cast<const char*>(rest.data()), std::min<std::size_t>(rest.size(), amount)},
                   amount % 2 == 0);
      case 4:
        if (client.connection.is_open()) ::shutdown(client.connection.get(), SHUT_WR);
        client.is_shut = true;
        return;
      case 5:
        client.connection = {};
        return;
      case 6:
        client.watches |= amount < 128;
        return say(client, watch_request, true);
      default:
        take(client);
        return serve();
    }
  }

  /// Who is still there gets an answer to each request, and nobody is held who has said that nothing more comes.
  void end() {
    exchange();
    for (Client& client : clients_)
      if (client.connection.is_open()) ::shutdown(client.connection.get(), SHUT_WR);
    serve();
    go_on(std::chrono::seconds(0));  // who was interrupted takes leave
    exchange();
    require(server_.size() == 0);
  }

 private:
  static NodeConfig config() {
    return {
        .interfaces = {{.name = "tun0", .addresses = {*parse_prefix("192.0.2.2/24"), *parse_prefix("2001:db8::2/64")}}},
        .options = {},
        .seed = 1};
  }
  void come() {
    if (clients_.size() == ControlClients::most + 4) return;
    Pair pair = connected(SOCK_NONBLOCK);
    clients_.push_back({.connection = std::move(pair.theirs)});
    server_.add(std::move(pair.ours));
    require(server_.size() <= ControlClients::most);
  }
  void happen(Bytes packet) {
    EventTeller teller;
    teller.add(server_);
    network_.observe(&teller);
    network_.receive({InterfaceId{0}, packet, Instant{}}, out_);
    network_.observe(nullptr);
    out_.clear();
  }
  /// Until nothing comes any more.
  void exchange() {
    for (int i = 0; i < 1000; ++i) {
      serve();
      std::size_t came = 0;
      for (Client& client : clients_) came += take(client);
      if (came == 0) return;
    }
  }
  void go_on(Duration time) {
    now_ += time;
    jobs_.go_on(now_, out_, server_);
    out_.clear();
    serve();
  }
  static void say(Client& client, std::string_view text, bool ends) {
    if (!client.connection.is_open() || client.is_shut) return;
    std::string line(text);
    if (ends) line += '\n';
    (void)::send(client.connection.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    client.requests += static_cast<std::size_t>(std::ranges::count(line, '\n'));
  }
  /// Lines are whole and are objects.
  static std::size_t take(Client& client) {
    std::string heard(1 << 16, '\0');
    if (!client.connection.is_open() || client.has_ended) return 0;
    const ssize_t got = ::recv(client.connection.get(), heard.data(), heard.size(), MSG_DONTWAIT);
    client.has_ended = got == 0 || (got < 0 && errno != EAGAIN);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }
  /// As a run loop does, which must come to rest.
  void serve() {
    int turns = 0;
    for (; turns < 1000 && is_readable(server_.fd()); ++turns) {
      server_.serve();
      require(server_.size() <= ControlClients::most);
    }
    require(turns < 1000);
  }

  Network network_;
  Outbox out_;
  Instant now_{};
  Jobs jobs_{network_};
  std::vector<Client> clients_;
  ControlRequests requests_{
      {.network = network_,
       .now = [] { return Instant{}; },
       .outlets = [] { return std::vector<OutletReport>(); },
       .act =
           [this](const NetworkChange& change) {
             change(network_, now_, out_);
             out_.clear();
           },
       .start_program = [this](NodeId node, const auto& words) -> ControlledStack::StartedProgram {
         return {jobs_.start(node, words, now_), {}, {}};
       }}};
  ControlClients server_{[this](std::string_view request) {
                           ControlAnswer answer = requests_.answer(request);
                           require(parse_object(answer.line).has_value() && answer.line.ends_with('\n'));
                           return answer;
                         },
                         {PlaceNames(std::vector<PlaceNames::Node>{{"stack", {"tun0"}}}), {}},
                         [](bool) {},
                         &jobs_};
};

void fuzz_clients(Bytes steps) {
  Clients clients;
  for (std::size_t i = 0; i + 1 < std::min<std::size_t>(steps.size(), 256); i += 2)
    clients.step(steps[i], steps[i + 1], steps.subspan(i + 2));
  clients.end();
}

// ---- a stack that answers anything ----

/// What a person sees: lines of printable characters, none much wider than the cells of a row.
void check_text(std::string_view text) {
  require(text.starts_with("running for ") && text.ends_with('\n'));
  require(std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }));
  require(text.size() < 1U << 20);
}

void check_answer(const nlohmann::ordered_json& answer) {
  require(!event_text(answer).empty());
  (void)why::outcome_of(answer);
  const auto report = parse_report(answer.dump());
  if (!report) return;
  check_text(state_text(*report));
  require(parse_report(report->dump(2)) == report);
}

enum class End : std::uint8_t { closed, silent, reset };

void fuzz_stack(End end, Bytes answer) {
  Pair pair = connected(SOCK_NONBLOCK);
  const std::string text(answer.begin(), answer.end());
  require(::send(pair.theirs.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  // Where a client in earnest would wait for seconds.
  if (end == End::silent && !text.contains('\n')) return;
  if (end != End::silent) ::shutdown(pair.theirs.get(), SHUT_WR);
  if (end == End::reset) ::shutdown(pair.theirs.get(), SHUT_RD);
  ControlClient client({{1, 1, "fuzz"}, std::move(pair.ours)});
  try {
    const auto read = client.ask({{"request", "state"}});
    require(text.contains('\n') && !read.contains("fault"));
    check_answer(read);
  } catch (const Fault&) {
  }
}

void fuzz_name(Bytes octets) {
  const std::string text(octets.begin(), octets.end());
  if (const auto name = parse_file_name(text)) require(parse_file_name(file_name_of(*name)) == name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes rest(data + 1, size - 1);
  const auto before = open_descriptors();
  switch (data[0] % 8) {
    case 0:
    case 1:
    case 2:
      fuzz_stack(static_cast<End>(data[0] % 8), rest);
      break;
    case 3:
      fuzz_name(rest);
      break;
    default:
      fuzz_clients(rest);
  }
  require(open_descriptors() == before);
  return 0;
}
