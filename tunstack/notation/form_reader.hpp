// Reads what tunstack/explain/octet_form writes: fields and items, by the same rows.
#pragma once

#include <functional>

#include "tunstack/explain/item_forms.hpp"
#include "tunstack/notation/text_reader.hpp"

namespace tunstack::notation {

/// Hexadecimal digits up to a comma, bracket or parenthesis.
Octets octets_in(TextReader& reader);

/// Takes one of these fields with its value into a block, which grows as far as it must. False: none of them comes.
bool read_field(TextReader& reader, std::span<const Field> fields, Octets& block);

/// Reads the packet between brackets.
using QuoteReader = std::function<Octets(TextReader&)>;

/// Takes an item of a list. Nothing: something else comes.
std::optional<Octets> read_item(TextReader& reader, ItemKind kind, const QuoteReader& quote);

/// Takes "(item, item)".
Octets read_items(TextReader& reader, ItemKind kind);

}  // namespace tunstack::notation
