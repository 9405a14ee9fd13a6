#include "tunstack/lab/run_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tunstack/clients/result_json.hpp"

namespace tunstack::lab {

namespace {

using Json = LabJson;

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Duration duration_of(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

constexpr std::size_t longest_text = std::size_t{1} << 16;  // octets of each text: answers have a bound

template <class Value>
Value value_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end()) return {};
  if constexpr (std::is_same_v<Value, bool>)
    return found->is_boolean() && found->get<bool>();
  else if constexpr (std::is_arithmetic_v<Value>)
    return found->is_number() ? found->get<Value>() : Value{};
  else
    return found->is_string() ? found->get<Value>() : Value{};
}

std::vector<Json> list_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return {};
  return {found->begin(), found->end()};
}

}  // namespace

Json json_of(const ProgramRun& program) {
  Json json{{"words", program.words}, {"began", in_seconds(program.began)}, {"text", program.text}};
  json.update(clients::json_of(program.result));
  return json;
}

ProgramRun program_in(const Json& json) {
  return {.words = value_in<std::string>(json, "words"),
          .began = duration_of(value_in<double>(json, "began")),
          .text = value_in<std::string>(json, "text"),
          .result = clients::result_in(json)};
}

Json json_of(const ExpectationOutcome& outcome) {
  Json json{{"line", outcome.place.line},
            {"what", outcome.what},
            {"holds", outcome.holds},
            {"found", outcome.found},
            {"against", outcome.against}};
  if (outcome.is_left_out) json["left_out"] = true;
  return json;
}

ExpectationOutcome expectation_in(const Json& json) {
  ExpectationOutcome outcome{.place = {.line = value_in<unsigned>(json, "line"), .column = 1},
                             .what = value_in<std::string>(json, "what"),
                             .holds = value_in<bool>(json, "holds"),
                             .found = value_in<std::string>(json, "found"),
                             .against = {},
                             .is_left_out = value_in<bool>(json, "left_out")};
  for (const Json& line : list_in(json, "against"))
    if (line.is_string()) outcome.against.push_back(line.get<std::string>());
  return outcome;
}

Json json_of(const LabRun& run) {
  Json programs = Json::array(), expectations = Json::array();
  for (const ProgramRun& program : run.outcome.programs) programs.push_back(json_of(program));
  for (const ExpectationOutcome& outcome : run.outcome.expectations) expectations.push_back(json_of(outcome));
  Json json{{"schema", 1},
            {"lab", run.name},
            {"file", run.file},
            {"seed", run.seed},
            {"holds", run.outcome.holds()},
            {"seconds", in_seconds(run.outcome.lasted)}};
  if (run.outcome.is_live) {
    json["live"] = true;
  } else {
    json["packets"] = run.outcome.packets;
    json["hash"] = fmt::format("{:016x}", run.outcome.hash);
  }
  json["programs"] = std::move(programs);
  json["expectations"] = std::move(expectations);
  return json;
}

LabRun run_in(const Json& json) {
  LabRun run{.name = value_in<std::string>(json, "lab"),
             .file = value_in<std::string>(json, "file"),
             .seed = value_in<std::uint64_t>(json, "seed"),
             .outcome = {}};
  run.outcome.lasted = duration_of(value_in<double>(json, "seconds"));
  run.outcome.is_live = value_in<bool>(json, "live");
  for (const Json& program : list_in(json, "programs")) run.outcome.programs.push_back(program_in(program));
  for (const Json& outcome : list_in(json, "expectations")) run.outcome.expectations.push_back(expectation_in(outcome));
  return run;
}

std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json json_of(Play& play, Instant now, ProgramTexts texts) {
  Json programs = Json::array(), expectations = Json::array(), failures = Json::array();
  for (ProgramRun program : play.programs()) {
    program.text.resize(std::min(program.text.size(), texts == ProgramTexts::begun ? longest_text : 0));
    programs.push_back(json_of(program));
  }
  for (const auto& outcome : play.expectations(now)) expectations.push_back(outcome ? json_of(*outcome) : Json());
  for (const ExpectationOutcome& failure : play.failures()) failures.push_back(json_of(failure));
  return {{"seconds", in_seconds(now - play.start())},
          {"happened", play.events_happened()},
          {"over", play.is_over()},
          {"programs", std::move(programs)},
          {"expectations", std::move(expectations)},
          {"failures", std::move(failures)}};
}

}  // namespace tunstack::lab
