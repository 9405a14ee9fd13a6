-- Fields of captures of tunstack, taken from the comment of each packet: verdict, reason, rule, link, and the number of
-- the packet that it answers or that caused it. How to install it: docs/captures.md.

local tunstack = Proto("tunstack", "tunstack")
local verdict = ProtoField.string("tunstack.verdict", "Verdict")
local reason = ProtoField.string("tunstack.reason", "Reason")
local rule = ProtoField.string("tunstack.rule", "Rule")
local link = ProtoField.string("tunstack.link", "Link")
local answers = ProtoField.framenum("tunstack.answers", "Answers", base.NONE, frametype.REQUEST)
local cause = ProtoField.framenum("tunstack.cause", "Caused by", base.NONE)
tunstack.fields = { verdict, reason, rule, link, answers, cause }

local comment_of = Field.new("frame.comment")

function tunstack.dissector(buffer, packet, tree)
  local comment = comment_of()
  if not comment then return end
  -- "reply icmp4_echo_request_for_us RFC 1122 3.2.2.6: sentence | https://... | answers 3"
  local said, name, rest = tostring(comment.value):match("^(%l+) ([%l%d_]+) (.*)$")
  if not said then return end
  local branch = tree:add(tunstack)
  branch:append_text(": " .. said .. " " .. name)
  branch:add(verdict, said)
  branch:add(reason, name)
  branch:add(rule, (rest:match("^(.-) | ") or rest))
  local place = rest:match(" | (https://%S+)")
  if place then branch:add(link, place) end
  local asked = rest:match(" | answers (%d+)$")
  if asked then branch:add(answers, tonumber(asked)) end
  local brought = rest:match(" | caused by (%d+)$")
  if brought then branch:add(cause, tonumber(brought)) end
end

register_postdissector(tunstack)
