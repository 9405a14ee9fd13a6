#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/commands.hpp"
#include "tools/lab_arguments.hpp"
#include "tools/lab_live.hpp"
#include "tools/text_file.hpp"
#include "tunstack/fault.hpp"
#include "tunstack/lab/built_in.hpp"
#include "tunstack/lab/lab_reader.hpp"
#include "tunstack/lab/run_json.hpp"

namespace tunstack {

namespace {

constexpr const char* lab_run_description =
    R"(Run labs in a closed world, in virtual time and without rights, and see whether what they expect comes about.

Examples:
  tunstack lab run pmtud
  tunstack lab run labs/                       every lab file below a directory, on all processors
  tunstack lab run my.toml --seeds 1..100      with each of these seeds
  tunstack lab run my.toml --with link.core.mtu=1280
  tunstack lab run pmtud --live                behind the kernel, as exec has it, in real time
  tunstack lab run my.toml --bless             write expectations from what was seen

Hosts of ours stand where the kernel would be connected. The same file and seed give the same packets, octet for octet:
the hash at the end is of all of them.

Exit status: 0 if all expectations hold, 1 if one does not, 2 if a file or the command line is wrong.)";

struct LabRunArguments {
  std::vector<std::string> labs, with;
  std::string seeds, junit, tap;
  bool json = false, annotations = false, bless = false, quiet = false, live = false;
};

struct Seeds {
  std::uint64_t first = 0, last = 0;
};

std::optional<Seeds> seeds_in(const std::string& text) {
  if (text.empty()) return std::nullopt;
  Seeds seeds;
  const char* const end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, seeds.first);
  seeds.last = seeds.first;
  if (error == std::errc{} && end - at > 2 && at[0] == '.' && at[1] == '.')
    std::tie(at, error) = [&] {
      const auto [rest, fault] = std::from_chars(at + 2, end, seeds.last);
      return std::pair(rest, fault);
    }();
  if (error != std::errc{} || at != end || seeds.last < seeds.first || seeds.last - seeds.first >= 100'000)
    throw UsageFault(fmt::format("'{}' are no seeds", text), "a number, or the first and the last of up to 100000",
                     "--seeds 1..100");
  return seeds;
}

struct Job {
  lab::LabFile file;
  std::string name;  // of the file, for messages
};

/// Nothing if something is wrong with it: all of it is told.
std::optional<lab::LabFile> read_file(const std::string& name, const LabRunArguments& arguments) {
  const LabText text = lab_text(name);
  lab::LabReading reading = lab::read_lab(text.text, arguments.with);
  if (reading.faults.empty()) return std::move(reading.file);
  fmt::print(stderr, "{}", lab::faults_text(reading.faults, text.name));
  return std::nullopt;
}

/// Nothing if something is wrong with any of the files.
std::optional<std::vector<Job>> jobs_of(const LabRunArguments& arguments) {
  const auto seeds = seeds_in(arguments.seeds);
  if (arguments.bless && seeds && seeds->first != seeds->last)
    throw UsageFault("--bless has one seed", "each seed has a result of its own", "leave out --seeds");
  std::vector<Job> jobs;
  bool is_good = true;
  for (const std::string& given : arguments.labs)
    for (const std::string& name : labs_at(given)) {
      auto file = read_file(name, arguments);
      is_good &= file.has_value();
      if (!file) continue;
      const Seeds own = seeds.value_or(Seeds{file->seed, file->seed});
      for (std::uint64_t count = 0; count <= own.last - own.first; ++count) {
        file->seed = own.first + count;
        jobs.push_back({*file, name});
      }
    }
  if (!is_good) return std::nullopt;
  return jobs;
}

/// On all processors; what comes of them stands in the order of the jobs.
std::vector<lab::LabRun> run_all(const std::vector<Job>& jobs) {
  std::vector<lab::LabRun> runs(jobs.size());
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_lock;
  const auto work = [&] {
    for (std::size_t i = 0; (i = next++) < jobs.size();) try {
        runs[i] = {.name = jobs[i].file.name.empty() ? jobs[i].name : jobs[i].file.name,
                   .file = jobs[i].name,
                   .seed = jobs[i].file.seed,
                   .outcome = lab::run_closed(jobs[i].file)};
      } catch (...) {
        const std::lock_guard lock(failure_lock);
        if (!failure) failure = std::current_exception();
      }
  };
  const std::size_t workers = std::min<std::size_t>(jobs.size(), std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work);
  work();
  threads.clear();
  if (failure) std::rethrow_exception(failure);
  return runs;
}

/// One that cannot run fails, and the others go on.
lab::LabRun run_one_live(const Job& job, const LabRunArguments& arguments) try {
  lab::LabRun run = run_live({job.name, arguments.with});
  run.file = job.name;
  return run;
} catch (const Fault& fault) {
  lab::LabRun run{
      .name = job.file.name.empty() ? job.name : job.file.name, .file = job.name, .seed = job.file.seed, .outcome = {}};
  run.outcome.is_live = true;
  run.outcome.expectations.push_back({.place = {.line = 1, .column = 1},
                                      .what = "the lab can run",
                                      .holds = false,
                                      .found = fmt::format("{}: {}", fault.what(), fault.why()),
                                      .against = {}});
  return run;
}

/// One after the other: they measure times.
std::vector<lab::LabRun> run_all_live(const std::vector<Job>& jobs, const LabRunArguments& arguments) {
  std::vector<lab::LabRun> runs;
  runs.reserve(jobs.size());
  for (const Job& job : jobs) runs.push_back(run_one_live(job, arguments));
  return runs;
}

void refuse_live_with(const LabRunArguments& arguments) {
  if (!arguments.live || (arguments.seeds.empty() && !arguments.bless)) return;
  throw UsageFault(fmt::format("--live and {} exclude each other", arguments.bless ? "--bless" : "--seeds"),
                   "in real time no two runs are the same", "leave out one of them");
}

/// Into the file; of a built-in lab they are printed.
void bless(const Job& job, const lab::LabRun& run) {
  if (lab::find_built_in(run.file) != nullptr) return fmt::print("{}", lab::blessed_text(run.outcome, {}));
  const std::string text = lab::blessed_text(run.outcome, job.file.expectations);
  if (text.empty()) return fmt::print(stderr, "{}: nothing to add: no program without an expectation\n", run.file);
  write_text_file(run.file, "\n" + text, WriteMode::append);
}

int run_labs(const LabRunArguments& arguments) {
  refuse_live_with(arguments);
  const auto jobs = jobs_of(arguments);
  if (!jobs) return exit_usage;
  const std::vector<lab::LabRun> runs = arguments.live ? run_all_live(*jobs, arguments) : run_all(*jobs);
  const bool all_hold = std::ranges::all_of(runs, [](const lab::LabRun& run) { return run.outcome.holds(); });
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const lab::LabRun& run = runs[i];
    if (arguments.bless)
      bless((*jobs)[i], run);
    else if (arguments.json)
      fmt::print("{}\n", lab::line_of(lab::json_of(run)));
    else if (!arguments.annotations)
      fmt::print("{}", lab::run_text(run, arguments.quiet || runs.size() > 1));
  }
  if (arguments.annotations) fmt::print("{}", lab::annotation_text(runs));
  if (!arguments.junit.empty()) write_text_file(arguments.junit, lab::junit_text(runs));
  if (!arguments.tap.empty()) write_text_file(arguments.tap, lab::tap_text(runs));
  return all_hold || arguments.bless ? 0 : 1;
}

}  // namespace

void add_lab_run(CLI::App& lab, int& exit_status) {
  CLI::App* command = lab.add_subcommand("run", lab_run_description);
  const auto arguments = std::make_shared<LabRunArguments>();
  command->add_option("LAB", arguments->labs, "Built-in labs, files, or directories of files")->required();
  add_with_option(*command, arguments->with);
  command->add_option("--seeds", arguments->seeds, "Run with these seeds in place of the file's")->type_name("N|N..M");
  command->add_flag("--live", arguments->live, "Behind the kernel, in real time: it is the host at each door");
  command->add_flag("--json", arguments->json, "One JSON object a lab and seed");
  command->add_option("--junit", arguments->junit, "Write JUnit's XML")->type_name("FILE");
  command->add_option("--tap", arguments->tap, "Write the Test Anything Protocol")->type_name("FILE");
  command->add_flag("--annotations", arguments->annotations, "Lines that a workflow shows at the expectations");
  command->add_flag("--bless", arguments->bless, "Add expectations for what was seen to the file");
  command->add_flag("-q,--quiet", arguments->quiet, "Only what fails, and the sum");
  command->callback([arguments, &exit_status] { exit_status = run_labs(*arguments); });
}

}  // namespace tunstack
