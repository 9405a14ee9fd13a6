// Those who are connected to a stack: each sends requests, a line each, and gets a line for each; who watches gets
// events from then on, and who started a job, as a program is one, gets what that says, until its end. ControlSocket
// adds who comes; serve() reads and gives, and forgets who has gone. What requests say is the affair of whoever answers
// (control_requests).
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "tunstack/device/file_descriptor.hpp"
#include "tunstack/events/event_filter.hpp"

namespace tunstack {

/// Which events a client wants.
struct Watch {
  EventFilter filter;
  bool only_drops = false;
};

/// To one request. `line` has its end.
struct ControlAnswer {
  std::string line;
  std::optional<Watch> watch;           // events follow
  std::optional<std::size_t> job = {};  // what follows is what that says
};

/// Hears of whoever started a job: that he has nothing more to say, which is to end it as Ctrl-C does, or that he has
/// gone.
class JobOwner {
 public:
  virtual ~JobOwner() = default;
  virtual void interrupted(std::size_t job) = 0;
  virtual void abandoned(std::size_t job) = 0;
};

class ControlClients final : public EventSink {
 public:
  using Answerer = std::function<ControlAnswer(std::string_view request)>;
  // More cannot be held: the oldest that said nothing yet is given up and told so, or else that only asked. Where all
  // listen, one more is refused.
  static constexpr std::size_t most = 32;
  static constexpr std::size_t longest_request = std::size_t{1} << 18;  // octets: a packet in hexadecimal, and more
  static constexpr std::size_t most_waiting = std::size_t{1} << 20;     // octets of events for one who reads slowly

  /// `watching` is told when the first client watches, and when none does any more; never while an event is taken.
  /// `jobs` hears of jobs, and must outlive it; where there are none, null.
  ControlClients(
      Answerer answerer, EventNames names, std::function<void(bool)> watching = [](bool) {}, JobOwner* jobs = nullptr);

  /// An epoll instance, readable when serve() has something to do; what brings clients is watched by it too.
  int fd() const { return poll_.get(); }
  /// A stream socket, blocking or not.
  void add(FileDescriptor connection);
  /// Answers one request of each at most, and gives each as much as it takes: never waits for one.
  void serve();
  /// An event that has no room is lost to its client, who is told how many were before the next one.
  void take(const Event& event) override;
  /// A line of a job, with its end, for who started it; behind the last one nothing follows.
  void say(std::size_t job, const std::string& line, bool is_last);
  std::size_t size() const { return clients_.size(); }

 private:
  /// How much is lost with a client.
  enum class Use : std::uint8_t { none, asks, listens };
  struct Client {
    FileDescriptor connection;
    std::string heard = {};  // of requests that were not answered
    std::string left = {};   // to be sent
    std::optional<Watch> watch = {};
    std::optional<std::size_t> job = {};
    bool has_asked = false;
    bool is_mute = false;       // has nothing more to say
    bool is_done = false;       // gets what is left, and nothing more
    std::size_t lost = 0;       // lines, since the last one
    std::uint32_t awaited = 0;  // of the connection, as epoll has it
    bool has_gone = false;

    bool listens() const { return watch || job; }
    Use use() const { return listens() ? Use::listens : has_asked ? Use::asks : Use::none; }
  };

  void serve(Client& client);
  void hear(Client& client);
  void answer(Client& client);
  static void give(Client& client);
  void await(Client& client);
  void forget(const Client& client);
  void tell_watching();
  void tell(Client& client, const std::string& line);
  bool put(Client& client, const std::string& line);

  Answerer answerer_;
  EventNames names_;
  std::function<void(bool)> watching_;
  JobOwner* jobs_;
  bool told_watching_ = false;
  FileDescriptor poll_;
  std::deque<Client> clients_;
};

}  // namespace tunstack
