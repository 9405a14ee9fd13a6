#include "tools/stack_programs.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tunstack/clients/result_json.hpp"
#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

std::string line_of(Json content) {
  Json line{{"schema", control_schema}};
  line.update(content);
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

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
      clients.say(job, line_of({{"text", text}}), false);
    if (!programs_.is_finished(job)) continue;
    clients.say(job, line_of({{"result", clients::json_of(programs_.result(job))}}), true);
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
