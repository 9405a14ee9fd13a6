#include "tunstack/firewall/bench/workers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "tunstack/fault.hpp"

namespace tunstack::firewall {

namespace {

using nlohmann::json;

// What a worker tells, one line of JSON each: "rules", "observation", "variant" (the next ones are of it), "fault".

void write_line(int to, std::string line) {
  line += '\n';
  for (std::size_t at = 0; at < line.size();) {
    const ssize_t more = ::write(to, line.data() + at, line.size() - at);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) ::_exit(1);
    at += static_cast<std::size_t>(more);
  }
}

json rules_line(Bench& bench) {
  json line{{"rules", json::array()}, {"chains", json::array()}, {"refused", bench.refused_sysctls()}};
  for (const KernelRule& rule : bench.rules())
    line["rules"].push_back({rule.family, rule.table, rule.chain, rule.handle});
  for (const KernelChain& chain : bench.chains())
    line["chains"].push_back({chain.family, chain.table, chain.chain, chain.hook, chain.type, chain.priority});
  return line;
}

/// How many cases of each family a bench has run: addresses and ports are fresh for each.
using Indices = std::array<unsigned, 2>;

void run_cases(Bench& bench, const std::vector<Case>& cases, Indices& index, int to) {
  for (const Case& a_case : cases)
    write_line(to,
               "{\"observation\":" + to_json(bench.run(a_case, index[a_case.family == Family::ipv4 ? 0 : 1]++)) + "}");
}

/// A changed ruleset that the kernel does not take is no fault: it says what the change is worth.
bool load_variant(Bench& bench, const std::vector<std::string>& texts) {
  try {
    bench.load(texts);
    return true;
  } catch (const UsageFault&) {
    return false;
  }
}

[[noreturn]] void work(const Assignment& assignment, int to, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  try {
    Bench bench(assignment.plan);
    write_line(to, rules_line(bench).dump());
    Indices index{};
    run_cases(bench, assignment.cases, index, to);
    for (std::size_t i = 0; i < assignment.variants.size(); ++i) {
      write_line(to, json{{"variant", i}}.dump());
      if (load_variant(bench, assignment.variants[i])) run_cases(bench, assignment.cases, index, to);
    }
    ::_exit(0);
  } catch (const Fault& fault) {
    write_line(to, json{{"fault", {fault.what(), fault.why(), fault.remedy(), fault.exit_status()}}}.dump());
  } catch (const std::exception& error) {
    write_line(to, json{{"fault", {error.what(), "this should not happen", "tell the authors of tunstack", 3}}}.dump());
  }
  ::_exit(1);
}

class Worker {
 public:
  Worker(const Assignment& assignment, BenchReport& report) : report_(report) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0)
      throw SystemError(fmt::format("cannot make a pipe: {}", std::strerror(errno)), "too many files are open",
                        "close some");
    from_ = FileDescriptor(ends[0]);
    const FileDescriptor to(ends[1]);
    report_.observations.emplace_back();
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) work(assignment, to.get(), parent);
    if (process_ < 0)
      throw SystemError(fmt::format("cannot start a process: {}", std::strerror(errno)),
                        "the limit of processes is reached", "see ulimit -u");
  }
  ~Worker() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  int fd() const { return from_.get(); }
  bool has_ended() const { return ended_; }

  /// Takes what it says. How many cases are done by that.
  std::size_t take() {
    std::array<char, 65536> part;
    const ssize_t got = ::read(from_.get(), part.data(), part.size());
    if (got < 0 && errno == EINTR) return 0;
    if (got <= 0) return end();
    text_.append(part.data(), static_cast<std::size_t>(got));
    std::size_t done = 0, at = 0;
    for (std::size_t line_end; (line_end = text_.find('\n', at)) != std::string::npos; at = line_end + 1)
      done += take_line(std::string_view(text_).substr(at, line_end - at));
    text_.erase(0, at);
    return done;
  }

 private:
  static constexpr std::string_view observed = "{\"observation\":";

  std::size_t take_line(std::string_view line) {
    if (line.starts_with(observed)) {
      line.remove_prefix(observed.size());
      line.remove_suffix(1);
      report_.observations.back().push_back(observation_from_json(std::string(line)));
      return 1;
    }
    const json told = json::parse(line);
    if (const auto fault = told.find("fault"); fault != told.end())
      throw Fault((*fault)[0], (*fault)[1], (*fault)[2], (*fault)[3]);
    if (told.contains("variant")) report_.observations.emplace_back();
    if (told.contains("rules")) take_rules(told);
    return 0;
  }

  void take_rules(const json& told) {
    for (const json& rule : told["rules"]) report_.rules.push_back({rule[0], rule[1], rule[2], rule[3]});
    for (const json& chain : told["chains"])
      report_.chains.push_back({chain[0], chain[1], chain[2], chain[3], chain[4], chain[5]});
    report_.refused_sysctls = told["refused"];
  }

  std::size_t end() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    ended_ = true;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
      throw SystemError("a process that runs cases ended early",
                        WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status)) : "it says no more",
                        "run it again");
    return 0;
  }

  BenchReport& report_;
  FileDescriptor from_;
  pid_t process_ = -1;
  std::string text_;
  bool ended_ = false;
};

std::size_t all_cases(const std::vector<Assignment>& assignments) {
  std::size_t all = 0;
  for (const Assignment& assignment : assignments) all += assignment.cases.size() * (1 + assignment.variants.size());
  return all;
}

}  // namespace

std::vector<BenchReport> run_assignments(const std::vector<Assignment>& assignments, const OnProgress& on_progress) {
  std::vector<BenchReport> reports(assignments.size());
  std::vector<std::unique_ptr<Worker>> at_work;
  const std::size_t all = all_cases(assignments);
  std::size_t next = 0, done = 0;
  while (next < assignments.size() || !at_work.empty()) {
    while (next < assignments.size() && at_work.size() < std::max(1U, std::thread::hardware_concurrency())) {
      at_work.push_back(std::make_unique<Worker>(assignments[next], reports[next]));
      ++next;
    }
    std::vector<pollfd> files;
    files.reserve(at_work.size());
    for (const auto& worker : at_work) files.push_back({worker->fd(), POLLIN, 0});
    if (::poll(files.data(), files.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < files.size(); ++i)
      if (files[i].revents != 0) done += at_work[i]->take();
    std::erase_if(at_work, [](const auto& worker) { return worker->has_ended(); });
    if (on_progress) on_progress(done, all);
  }
  return reports;
}

}  // namespace tunstack::firewall
