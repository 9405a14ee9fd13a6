#include "tunstack/lab/graph.hpp"

#include <fmt/format.h>

#include "tunstack/lab/addressing.hpp"

namespace tunstack::lab {

namespace {

std::string addresses_text(const LabEnd& end) {
  std::string text;
  for (const Placed<IpPrefix>& own : end.addresses().value_or(Prefixes()))
    text += (text.empty() ? "" : ", ") + to_text(own.value.address);
  return text;
}

std::string share_text(const Share& share) {
  return share.each > 0 ? fmt::format("every {}th", share.each) : fmt::format("{:g}%", share.drawn * 100);
}

/// What is not as usual of a link.
std::vector<std::string> properties_of(const LabLink& link) {
  std::vector<std::string> all;
  if (link.tap) all.emplace_back("Ethernet");
  if (link.mtu) all.push_back(fmt::format("mtu {}", link.mtu->value));
  const Impairments& bad = link.impairments;
  const auto milliseconds = [](Duration time) { return std::chrono::duration<double, std::milli>(time).count(); };
  if (bad.delay > Duration(0)) all.push_back(fmt::format("delay {:g} ms", milliseconds(bad.delay)));
  if (bad.jitter > Duration(0)) all.push_back(fmt::format("jitter {:g} ms", milliseconds(bad.jitter)));
  if (bad.loss.any()) all.push_back("loss " + share_text(bad.loss));
  if (bad.duplicate.any()) all.push_back("duplicate " + share_text(bad.duplicate));
  if (bad.reorder.any()) all.push_back("reorder " + share_text(bad.reorder));
  if (bad.corrupt.any()) all.push_back("corrupt " + share_text(bad.corrupt));
  if (bad.rate > 0) all.push_back(fmt::format("{:g} Mbit/s", static_cast<double>(bad.rate) / 1e6));
  if (link.cost != 1) all.push_back(fmt::format("cost {}", link.cost));
  return all;
}

std::vector<std::string> label_of(const LabLink& link) {
  std::vector<std::string> lines{link.name};
  for (const Placed<IpPrefix>& net : link.nets) lines.push_back(to_text(net.value));
  for (std::string& property : properties_of(link)) lines.push_back(std::move(property));
  return lines;
}

std::string joined(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : separator).append(part);
  return text;
}

std::string name_of(const LabEnd& end) { return end.door != nullptr ? end.door->name : end.node->name; }

std::string dot_of(const LabFile& file, const LabEnds& ends) {
  std::string text = fmt::format("graph \"{}\" {{\n  node [fontname=sans]; edge [fontname=sans, fontsize=10];\n",
                                 file.name.empty() ? "lab" : file.name);
  for (const LabDoor& door : file.doors) text += fmt::format("  \"{}\" [shape=house];\n", door.name);
  for (const LabNode& node : file.nodes)
    text += fmt::format("  \"{}\" [shape={}];\n", node.name, node.is_router() ? "box" : "ellipse");
  for (const LabLink& link : file.links) {
    const auto& at = ends.at(link);
    const std::string label = joined(label_of(link), "\\n");
    if (at.size() == 2) {
      text += fmt::format("  \"{}\" -- \"{}\" [label=\"{}\"];\n", name_of(at[0]), name_of(at[1]), label);
      continue;
    }
    text += fmt::format("  \"link {}\" [shape=plaintext, label=\"{}\"];\n", link.name, label);
    for (const LabEnd& end : at) text += fmt::format("  \"{}\" -- \"link {}\";\n", name_of(end), link.name);
  }
  return text + "}\n";
}

/// Ids of Mermaid have no hyphens, and "end" is none.
std::string mermaid_id(std::string name) {
  for (char& letter : name)
    if (letter == '-') letter = '_';
  return "n_" + name;
}

std::string mermaid_of(const LabFile& file, const LabEnds& ends) {
  std::string text = "graph LR\n";
  for (const LabDoor& door : file.doors) text += fmt::format("  {}[/\"{}\"\\]\n", mermaid_id(door.name), door.name);
  for (const LabNode& node : file.nodes)
    text += node.is_router() ? fmt::format("  {}[\"{}\"]\n", mermaid_id(node.name), node.name)
                             : fmt::format("  {}([\"{}\"])\n", mermaid_id(node.name), node.name);
  for (const LabLink& link : file.links) {
    const auto& at = ends.at(link);
    const std::string label = joined(label_of(link), "<br/>");
    if (at.size() == 2) {
      text += fmt::format("  {} ---|\"{}\"| {}\n", mermaid_id(name_of(at[0])), label, mermaid_id(name_of(at[1])));
      continue;
    }
    text += fmt::format("  {}>\"{}\"]\n", mermaid_id("link-" + link.name), label);
    for (const LabEnd& end : at)
      text += fmt::format("  {} --- {}\n", mermaid_id(name_of(end)), mermaid_id("link-" + link.name));
  }
  return text;
}

std::string text_of(const LabFile& file, const LabEnds& ends) {
  std::string text;
  for (const LabLink& link : file.links) {
    std::vector<std::string> about = label_of(link);
    about.erase(about.begin());
    text += fmt::format("{}: {}\n", link.name, joined(about, ", "));
    for (const LabEnd& end : ends.at(link)) {
      const std::string interface = end.interface != nullptr ? end.interface->name : "door";
      const std::string addresses = addresses_text(end);
      text +=
          fmt::format("  {:<12} {:<8} {}\n", name_of(end), interface, addresses.empty() ? "no address yet" : addresses);
    }
  }
  return text;
}

}  // namespace

std::string graph_of(const LabFile& given, GraphForm form) {
  LabFile file = given;
  const LabEnds ends(file);
  switch (form) {
    case GraphForm::dot:
      return dot_of(file, ends);
    case GraphForm::mermaid:
      return mermaid_of(file, ends);
    case GraphForm::text:
      return text_of(file, ends);
  }
  return {};
}

}  // namespace tunstack::lab
