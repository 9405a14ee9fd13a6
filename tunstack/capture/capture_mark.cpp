#include "tunstack/capture/capture_mark.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "tunstack/report/bounded_json.hpp"

namespace tunstack {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 6> texts{"tunstack: link down", "tunstack: link up", "tunstack: shut down",
                                                "tunstack: set ",      "tunstack: send ",   "tunstack: originate "};

std::string_view text_of(CaptureMark::Kind kind) { return texts[static_cast<std::size_t>(kind)]; }

std::optional<CaptureMark> settings_in(std::string_view text) {
  const auto object = parse_object(text);
  const auto settings = object ? object->find("settings") : Json::const_iterator();
  if (!object || settings == object->end() || !settings->is_array()) return std::nullopt;
  CaptureMark mark{CaptureMark::Kind::set};
  for (const Json& one : *settings) {
    if (!one.is_string()) return std::nullopt;
    mark.settings.push_back(one.get<std::string>());
  }
  return mark;
}

std::optional<CaptureMark> packet_in(CaptureMark::Kind kind, std::string_view text) {
  const auto object = parse_object(text);
  if (!object || !object->contains("octets") || !object->at("octets").is_string()) return std::nullopt;
  const auto frame = object->find("frame"), node = object->find("node");
  return CaptureMark{.kind = kind,
                     .octets = object->at("octets").get<std::string>(),
                     .is_frame = frame != object->end() && frame->is_boolean() && frame->get<bool>(),
                     .node = node != object->end() && node->is_string() ? node->get<std::string>() : std::string()};
}

Json members_of(const CaptureMark& mark) {
  if (mark.kind == CaptureMark::Kind::set) return {{"settings", mark.settings}};
  Json members{{"octets", mark.octets}, {"frame", mark.is_frame}};
  if (!mark.node.empty()) members["node"] = mark.node;
  return members;
}

}  // namespace

std::string text_of(const CaptureMark& mark) {
  std::string text(text_of(mark.kind));
  if (mark.kind >= CaptureMark::Kind::set)
    text += members_of(mark).dump(-1, ' ', false, Json::error_handler_t::replace);
  return text;
}

std::optional<CaptureMark> mark_in(std::string_view comment) {
  for (const auto kind : {CaptureMark::Kind::set, CaptureMark::Kind::send, CaptureMark::Kind::originate}) {
    const std::string_view begin = text_of(kind);
    if (!comment.starts_with(begin)) continue;
    const std::string_view rest = comment.substr(begin.size());
    return kind == CaptureMark::Kind::set ? settings_in(rest) : packet_in(kind, rest);
  }
  const auto* const found = std::ranges::find(texts, comment);
  if (found == texts.end()) return std::nullopt;
  return CaptureMark{static_cast<CaptureMark::Kind>(found - texts.begin())};
}

}  // namespace tunstack
