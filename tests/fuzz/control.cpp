// Both ends of a control socket, over socket pairs, with anything at the other one: clients that come, send, read,
// close one direction or all, at any time; and a stack that answers anything and then ends, resets or is silent. Input:
// one octet, whether clients or a stack are fuzzed, then steps of two octets, or what the stack answers.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>
#include <string>
#include <vector>

#include "protocols/base/random.hpp"
#include "tests/fuzz/sent_packets.hpp"
#include "tunstack/control/control_socket.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/report/state_report.hpp"

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

/// The report of a number: octets that no other one has at the same places.
std::string_view report_of(std::size_t number, std::size_t size) {
  static const std::string octets = [] {
    std::string all(1U << 15, '\0');
    Random random(Seed{1}, "reports");
    std::ranges::generate(all, [&] { return static_cast<char>(random.below(256)); });
    return all;
  }();
  return std::string_view(octets).substr(number * 512, size);
}

bool is_readable(int fd) {
  pollfd ready{fd, POLLIN, 0};
  return ::poll(&ready, 1, 0) > 0;
}

/// What a client has seen. It knows which report it is owed: the one made when it came.
struct Client {
  FileDescriptor connection;
  std::size_t report;        // its number
  std::size_t size;          // of the report
  bool has_meddled = false;  // sent something, or ended its own reading: it may be cut off
  std::size_t taken = 0;
  bool has_ended = false;
};

class Clients {
 public:
  void step(std::uint8_t what, std::uint8_t amount) {
    if (what % 8 == 0) return come(amount);
    if (clients_.empty()) return;
    Client& client = clients_[what / 8U % clients_.size()];
    switch (what % 8) {
      case 1:
        return send(client, amount);
      case 2:
      case 3:
        return take(client, amount * std::size_t{64});
      case 4:
        if (client.connection.is_open()) ::shutdown(client.connection.get(), amount % 3);
        client.has_meddled |= amount % 3 != SHUT_WR;
        return;
      case 5:
        client.connection = {};
        return;
      default:
        return serve();
    }
  }

  /// Who is still there gets all that it is owed, and nobody is held any more.
  void end() {
    serve();
    for (Client& client : clients_) {
      for (bool goes_on = client.connection.is_open(); goes_on && !client.has_ended; serve()) {
        const std::size_t before = client.taken;
        take(client, client.size + 1);
        goes_on = client.taken != before;
      }
      require(client.has_ended || !client.connection.is_open());
    }
    require(server_.size() == 0);
  }

 private:
  void come(std::uint8_t amount) {
    if (clients_.size() == 16) return;
    next_size_ = amount * std::size_t{64};
    Pair pair = connected(amount & 1 ? SOCK_NONBLOCK : 0);
    const int small = 1;  // the kernel makes it as small as it can
    ::setsockopt(pair.ours.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    clients_.push_back({.connection = std::move(pair.theirs), .report = reports_, .size = next_size_});
    server_.add(std::move(pair.ours));
    require(reports_ == clients_.size() && server_.size() <= ControlClients::most);
  }

  static void send(Client& client, std::uint8_t amount) {
    const std::array<char, 256> octets{};
    client.has_meddled = true;
    if (client.connection.is_open())
      (void)::send(client.connection.get(), octets.data(), amount, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void take(Client& client, std::size_t most) {
    std::vector<char> part(most);
    if (!client.connection.is_open() || client.has_ended || most == 0) return;
    const ssize_t got = ::recv(client.connection.get(), part.data(), most, MSG_DONTWAIT);
    if (got < 0) {
      client.has_ended = errno != EAGAIN;
      require(errno == EAGAIN || client.has_meddled);
      return;
    }
    const auto octets = static_cast<std::size_t>(got);
    require(client.taken + octets <= client.size);
    require(report_of(client.report, client.size).substr(client.taken, octets) ==
            std::string_view(part.data(), octets));
    client.taken += octets;
    if (got > 0) return;
    client.has_ended = true;
    const bool was_given_up = client.report + ControlClients::most < clients_.size();
    require(client.taken == client.size || was_given_up || client.has_meddled);
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

  std::size_t next_size_ = 0;
  std::size_t reports_ = 0;
  std::vector<Client> clients_;
  ControlClients server_{[this] { return std::string(report_of(reports_++, next_size_)); }};
};

void fuzz_clients(Bytes steps) {
  Clients clients;
  for (std::size_t i = 0; i + 1 < std::min<std::size_t>(steps.size(), 256); i += 2)
    clients.step(steps[i], steps[i + 1]);
  clients.end();
}

// ---- a stack that answers anything ----

/// What a person sees: lines of printable characters, none much wider than the cells of a row.
void check_text(std::string_view text) {
  require(text.starts_with("running for ") && text.ends_with('\n'));
  require(std::ranges::none_of(text, [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }));
  require(text.size() < 1U << 20);
}

void check_answer(const std::string& answer) {
  const auto report = parse_report(answer);
  if (!report) return;
  check_text(state_text(*report));
  require(parse_report(report->dump(2)) == report);
}

enum class End : std::uint8_t { closed, silent, reset };

void fuzz_stack(End end, Bytes answer) {
  Pair pair = connected(SOCK_NONBLOCK);  // where a client in earnest would wait for three seconds
  const std::string text(answer.begin(), answer.end());
  require(::send(pair.theirs.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  if (end == End::reset) require(::send(pair.ours.get(), "?", 1, MSG_NOSIGNAL) == 1);
  if (end != End::silent) pair.theirs = {};
  const RunningStack stack{{1, 1, "fuzz"}, std::move(pair.ours)};
  std::optional<std::string> read;
  try {
    read = read_report(stack);
  } catch (const SystemError&) {
  }
  require(read.has_value() == (end == End::closed));
  if (read) require(*read == text);
  check_answer(text);
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
