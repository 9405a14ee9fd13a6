#include "tools/stack_programs.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tunstack/clients/result_json.hpp"
#include "tunstack/control/control_line.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

StackPrograms::StackPrograms(Programs& programs, const Seed& seed, std::function<Instant()> now,
                             std::function<void()> begun, std::function<void()> over)
    : programs_(programs),
      random_(seed, "programs"),
      now_(std::move(now)),
      begun_(std::move(begun)),
      over_(std::move(over)) {}

std::size_t StackPrograms::start(NodeId node, const std::vector<std::string>& words) {
  if (jobs_.size() == most)
    throw UsageFault("no more programs can run at once", fmt::format("{} do already", most),
                     "wait until one has ended");
  const std::size_t job = programs_.start(node, words, random_.next(), now_());
  jobs_.insert(job);
  if (jobs_.size() == 1) begun_();
  return job;
}

void StackPrograms::tell(ControlClients& clients) {
  const std::set<std::size_t> jobs = jobs_;
  for (const std::size_t job : jobs) {
    if (const std::string text = programs_.take_text(job); !text.empty())
      clients.say(job, control_line({{"text", text}}), false);
    if (!programs_.is_finished(job)) continue;
    clients.say(job, control_line({{"result", clients::json_of(programs_.result(job))}}), true);
    forget(job);
  }
}

void StackPrograms::interrupted(std::size_t job) {
  if (jobs_.contains(job)) programs_.interrupt(job, now_());
}

void StackPrograms::abandoned(std::size_t job) {
  if (jobs_.contains(job)) forget(job);
}

void StackPrograms::forget(std::size_t job) {
  programs_.end(job);
  jobs_.erase(job);
  if (jobs_.empty()) over_();
}

}  // namespace tunstack
