// Clients of a running stack, over socket pairs: requests and answers a line each, events for who watches, what a job
// says for who started it.
#include "tunstack/control/control_clients.hpp"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "tests/tunstack/events/told_events.hpp"

namespace tunstack::test::control_clients_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// One who asks. What it has read so far is in `heard`.
class Client {
 public:
  explicit Client(ControlClients& clients) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
    mine_ = FileDescriptor(ends[0]);
    clients.add(FileDescriptor(ends[1]));
  }
  void say(std::string_view text) const {
    EXPECT_EQ(::send(mine_.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  /// What has come since the last time.
  std::string read() {
    std::string text;
    std::vector<char> part(1 << 16);
    for (;;) {
      const ssize_t got = ::recv(mine_.get(), part.data(), part.size(), 0);
      has_ended = got == 0;
      if (got <= 0) return text;
      text.append(part.data(), static_cast<std::size_t>(got));
    }
  }
  void shut() const { ::shutdown(mine_.get(), SHUT_WR); }
  void leave() { mine_ = {}; }

  bool has_ended = false;

 private:
  FileDescriptor mine_;
};

/// Remembers what it hears of jobs: "interrupted 1".
struct ToldJobs final : JobOwner {
  void interrupted(std::size_t job) override {
    told.push_back("interrupted " + std::to_string(job));
    when_interrupted(job);
  }
  void abandoned(std::size_t job) override { told.push_back("abandoned " + std::to_string(job)); }

  std::vector<std::string> told;
  std::function<void(std::size_t)> when_interrupted = [](std::size_t) {};
};

class Clients : public testing::Test {
 protected:
  ControlAnswer answer_to(std::string_view request) {
    if (request.starts_with("job")) return {"started\n", {}, std::stoul(std::string(request.substr(4)))};
    if (request.starts_with("watch")) return {"watching\n", Watch{EventFilter(std::string(request.substr(5))), drops}};
    return {answer.empty() ? "to " + std::string(request) + "\n" : answer, {}};
  }
  bool has_something_to_do() const {
    pollfd ready{clients.fd(), POLLIN, 0};
    return ::poll(&ready, 1, 0) > 0;
  }
  void serve() {
    for (int i = 0; i < 100 && has_something_to_do(); ++i) clients.serve();
    EXPECT_FALSE(has_something_to_do()) << "it would keep the processor busy";
  }
  /// Four events: a request, its reply, a drop, and a drop.
  void happen() {
    EventTeller teller;
    teller.add(clients);
    Host host;
    host.observe(teller);
    host.receive({echo4(), echo4({.destination = "192.0.2.9"}), udp4({.destination = "192.0.2.255"})});
    host.stop_observing(teller);
  }

  std::string answer;
  bool drops = false;
  std::vector<bool> watched;
  ToldJobs jobs;
  ControlClients clients{[this](std::string_view request) { return answer_to(request); }, event_names,
                         [this](bool watching) { watched.push_back(watching); }, &jobs};
};

std::size_t lines_in(const std::string& text) { return static_cast<std::size_t>(std::ranges::count(text, '\n')); }

TEST_F(Clients, a_line_for_each_request_in_its_order) {
  Client client(clients);
  serve();
  EXPECT_EQ(client.read(), "");
  client.say("one\n");
  serve();
  EXPECT_EQ(client.read(), "to one\n");
  client.say("two\nthree\nfo");
  serve();
  EXPECT_EQ(client.read(), "to two\nto three\n");
  client.say("ur\n");
  serve();
  EXPECT_EQ(client.read(), "to four\n");
}

TEST_F(Clients, who_says_no_more_gets_what_was_asked_for) {
  Client client(clients);
  client.say("one\ntwo\n");
  client.shut();
  serve();
  EXPECT_EQ(client.read(), "to one\nto two\n");
  EXPECT_TRUE(client.has_ended);
  EXPECT_EQ(clients.size(), 0U);
}

TEST_F(Clients, a_request_without_end_is_refused) {
  Client client(clients);
  const std::string part(65536, 'x');
  std::string heard;
  for (std::size_t sent = 0; sent <= ControlClients::longest_request; sent += part.size()) {
    client.say(part);
    serve();
    heard += client.read();
  }
  EXPECT_THAT(heard, StartsWith(R"({"schema":1,"fault":{"what":"the request is too long")"));
}

TEST_F(Clients, a_large_answer_arrives_whole_in_parts) {
  answer = std::string(5'000'000, 'x') + "\n";
  Client client(clients);
  client.say("one\n");
  std::string heard;
  for (int i = 0; i < 1000 && !heard.ends_with('\n'); ++i) {
    serve();
    heard += client.read();
  }
  EXPECT_EQ(heard, answer);
}

TEST_F(Clients, who_does_not_read_is_given_up_for_newer_ones_but_not_who_watches) {
  answer = std::string(5'000'000, 'x') + "\n";
  std::vector<Client> silent;
  for (std::size_t i = 0; i < ControlClients::most; ++i) {
    silent.emplace_back(clients).say(i == 0 ? "watch\n" : "one\n");
    serve();
  }
  silent.emplace_back(clients);
  EXPECT_EQ(clients.size(), ControlClients::most);
  silent[1].read();
  EXPECT_TRUE(silent[1].has_ended) << "the oldest that asked";
  silent[0].read();
  EXPECT_FALSE(silent[0].has_ended) << "watches";
  silent[2].read();
  EXPECT_FALSE(silent[2].has_ended);
}

// As all do who look for a stack, at each that there is.
TEST_F(Clients, who_comes_and_says_nothing_is_given_up_before_who_asks) {
  Client asks(clients);
  asks.say("one\n");
  serve();
  std::vector<Client> silent;
  for (std::size_t i = 0; i < 3 * ControlClients::most; ++i) {
    silent.emplace_back(clients);
    serve();
  }
  EXPECT_EQ(clients.size(), ControlClients::most);
  asks.say("two\n");
  serve();
  EXPECT_EQ(asks.read(), "to one\nto two\n");
  EXPECT_FALSE(asks.has_ended);
  EXPECT_THAT(silent[0].read(), HasSubstr("no room for one more client"));
  EXPECT_TRUE(silent[0].has_ended);
  silent.back().read();
  EXPECT_FALSE(silent.back().has_ended);
}

TEST_F(Clients, who_goes_away_is_forgotten) {
  answer = std::string(5'000'000, 'x') + "\n";
  for (int i = 0; i < 20; ++i) {
    Client client(clients);
    client.say("one\n");
    serve();
  }
  serve();
  EXPECT_EQ(clients.size(), 0U);
}

// ---- watching ----

TEST_F(Clients, events_follow_for_who_watches) {
  Client watcher(clients), other(clients);
  happen();
  watcher.say("watch\n");
  serve();
  EXPECT_EQ(watcher.read(), "watching\n");
  happen();
  serve();
  const std::string heard = watcher.read();
  EXPECT_EQ(lines_in(heard), 4U);
  EXPECT_THAT(heard, StartsWith(R"({"schema":1,"event":"decided","id":1,)"));
  EXPECT_EQ(other.read(), "");
  EXPECT_THAT(watched, testing::ElementsAre(true));
  watcher.leave();
  serve();
  EXPECT_THAT(watched, testing::ElementsAre(true, false)) << "nobody listens any more";
  happen();
}

TEST_F(Clients, who_watches_has_nothing_more_to_say) {
  Client client(clients);
  client.say("watch\none\n");
  serve();
  EXPECT_EQ(client.read(), "watching\n");
}

TEST_F(Clients, each_gets_what_its_filter_matches) {
  Client udp(clients), all(clients);
  udp.say("watch udp\n");
  all.say("watch\n");
  serve();
  happen();
  serve();
  EXPECT_EQ(lines_in(udp.read()), 2U) << "the answer, and one";
  EXPECT_EQ(lines_in(all.read()), 5U);
}

TEST_F(Clients, drops_alone) {
  drops = true;
  Client client(clients);
  client.say("watch\n");
  serve();
  happen();
  serve();
  EXPECT_EQ(lines_in(client.read()), 3U);
}

TEST_F(Clients, who_reads_too_slowly_loses_events_and_is_told_how_many) {
  Client client(clients);
  client.say("watch\n");
  serve();
  std::size_t happened = 0;
  for (; happened < 10'000; happened += 4) happen();
  serve();
  std::string heard;
  for (int i = 0; i < 1000; ++i) {
    const std::string more = client.read();
    if (more.empty()) break;
    heard += more;
    serve();
  }
  happen();
  serve();
  heard += client.read();
  EXPECT_LT(heard.size(), ControlClients::most_waiting + (std::size_t{1} << 20)) << "what sockets hold comes on top";
  const std::string_view before = R"({"schema":1,"event":"lost","count":)";
  std::size_t told = 0, lost = 0;
  for (std::size_t at = heard.find(before); at != std::string::npos; at = heard.find(before, at + 1), ++told)
    lost += std::stoul(heard.substr(at + before.size()));
  EXPECT_GT(lost, 0U);
  EXPECT_EQ(lines_in(heard) - 1 - told + lost, happened + 4) << "but for the answer and what is told of losses";
}

// ---- jobs ----

TEST_F(Clients, what_a_job_says_goes_to_who_started_it) {
  Client one(clients), other(clients), asks(clients), watches(clients);
  one.say("job 1\n");
  other.say("job 2\n");
  asks.say("one\n");
  watches.say("watch\n");
  serve();
  EXPECT_EQ(one.read() + other.read() + asks.read() + watches.read(), "started\nstarted\nto one\nwatching\n");
  clients.say(2, "two\n", false);
  clients.say(1, "first\n", false);
  clients.say(1, "second\n", false);
  clients.say(3, "nobody's\n", false);
  serve();
  EXPECT_EQ(one.read(), "first\nsecond\n");
  EXPECT_EQ(other.read(), "two\n");
  EXPECT_EQ(asks.read() + watches.read(), "");
  EXPECT_THAT(jobs.told, IsEmpty());
}

TEST_F(Clients, behind_the_last_line_of_a_job_is_the_end) {
  Client client(clients);
  client.say("job 1\n");
  serve();
  clients.say(1, "first\n", false);
  clients.say(1, "last\n", true);
  clients.say(1, "too late\n", false);
  EXPECT_EQ(clients.size(), 1U) << "it has not got it yet";
  serve();
  EXPECT_EQ(client.read(), "started\nfirst\nlast\n");
  EXPECT_TRUE(client.has_ended);
  EXPECT_EQ(clients.size(), 0U);
  EXPECT_THAT(jobs.told, IsEmpty()) << "a job that has ended is nobody's";
}

TEST_F(Clients, who_started_a_job_has_nothing_more_to_say) {
  Client client(clients);
  client.say("job 1\none\n");
  serve();
  client.say("two\n");
  serve();
  clients.say(1, "last\n", true);
  serve();
  EXPECT_EQ(client.read(), "started\nlast\n");
}

TEST_F(Clients, who_says_no_more_interrupts_his_job_once_and_hears_its_end) {
  Client client(clients), other(clients);
  client.say("job 1\n");
  other.say("job 2\n");
  serve();
  EXPECT_THAT(jobs.told, IsEmpty());
  client.shut();
  serve();
  EXPECT_THAT(jobs.told, ElementsAre("interrupted 1"));
  clients.say(1, "statistics\n", false);
  serve();
  clients.say(1, "last\n", true);
  serve();
  EXPECT_EQ(client.read(), "started\nstatistics\nlast\n");
  EXPECT_TRUE(client.has_ended);
  EXPECT_EQ(other.read(), "started\n");
  EXPECT_FALSE(other.has_ended);
  EXPECT_THAT(jobs.told, ElementsAre("interrupted 1"));
}

TEST_F(Clients, a_job_may_say_its_last_when_it_is_interrupted) {
  jobs.when_interrupted = [&](std::size_t job) { clients.say(job, "last\n", true); };
  Client client(clients);
  client.say("job 1\n");
  client.shut();
  serve();
  EXPECT_EQ(client.read(), "started\nlast\n");
  EXPECT_TRUE(client.has_ended);
  EXPECT_EQ(clients.size(), 0U);
  EXPECT_THAT(jobs.told, ElementsAre("interrupted 1"));
}

TEST_F(Clients, who_goes_away_abandons_his_job) {
  Client client(clients);
  client.say("job 1\n");
  serve();
  client.leave();  // without having read the answer
  serve();
  EXPECT_THAT(jobs.told, ElementsAre("abandoned 1"));
  EXPECT_EQ(clients.size(), 0U);
}

TEST_F(Clients, who_has_interrupted_his_job_and_goes_away_abandons_it_though_it_says_nothing) {
  Client client(clients);
  client.say("job 1\n");
  serve();
  client.read();
  client.shut();
  serve();
  EXPECT_THAT(jobs.told, ElementsAre("interrupted 1"));
  client.leave();
  serve();
  EXPECT_THAT(jobs.told, ElementsAre("interrupted 1", "abandoned 1"));
  EXPECT_EQ(clients.size(), 0U);
}

TEST_F(Clients, who_has_read_all_and_goes_away_abandons_his_job) {
  Client client(clients);
  client.say("job 1\n");
  serve();
  client.read();
  jobs.when_interrupted = [&](std::size_t job) { clients.say(job, "and so on\n", false); };
  client.leave();
  serve();
  EXPECT_THAT(jobs.told, ElementsAre("abandoned 1"));
  EXPECT_EQ(clients.size(), 0U);
}

TEST_F(Clients, whoever_listens_is_never_given_up_and_one_more_is_refused_when_all_do) {
  std::vector<Client> all;
  for (std::size_t i = 0; i < ControlClients::most - 1; ++i) {
    all.emplace_back(clients).say(i == 1 ? "watch\n" : "job " + std::to_string(i) + "\n");
    serve();
  }
  const std::size_t asks = all.size();
  all.emplace_back(clients);
  serve();
  all.emplace_back(clients).say("job 8\n");
  serve();
  all[asks].read();
  EXPECT_TRUE(all[asks].has_ended) << "it is newer than all that listen, and asks";
  EXPECT_THAT(jobs.told, IsEmpty());
  const std::size_t refused = all.size();
  all.emplace_back(clients);
  serve();
  EXPECT_THAT(all[refused].read(), HasSubstr("no room for one more client"));
  EXPECT_THAT(jobs.told, IsEmpty());
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].read();
    EXPECT_EQ(all[i].has_ended, i == asks || i == refused) << i;
  }
  EXPECT_EQ(clients.size(), ControlClients::most);
}

TEST_F(Clients, who_reads_too_slowly_loses_lines_of_his_job_but_not_the_last) {
  Client client(clients);
  client.say("job 1\n");
  serve();
  const std::string line = std::string(9999, 'x') + "\n";
  constexpr std::size_t said = 500;
  for (std::size_t i = 0; i < said; ++i) clients.say(1, line, false);
  std::string heard;
  const auto read_all = [&] {
    for (std::string more; serve(), !(more = client.read()).empty();) heard += more;
  };
  read_all();
  const std::size_t before = lines_in(heard) - 1;
  EXPECT_LE(before * line.size(), ControlClients::most_waiting + (std::size_t{1} << 20));
  EXPECT_FALSE(heard.contains("lost")) << "that is told before the next one";
  clients.say(1, "and on\n", false);
  read_all();
  EXPECT_TRUE(
      heard.ends_with(R"({"schema":1,"event":"lost","count":)" + std::to_string(said - before) + "}\nand on\n"));
  for (std::size_t i = 0; i < said; ++i) clients.say(1, line, false);
  const std::string last = std::string(20000, 'y') + "\n";
  clients.say(1, last, true);
  read_all();
  EXPECT_TRUE(heard.ends_with("}\n" + last)) << "what was lost is told before it";
  EXPECT_TRUE(client.has_ended);
}

}  // namespace
}  // namespace tunstack::test::control_clients_test
