// SPDX-License-Identifier: Apache-2.0
// The argument in the text of a source, a processor or a ledger, as in "spool:/var/invoices".
#pragma once

#include <cstdint>

namespace pipeline {

// The kind of argument that follows a word and a colon, as the path in "spool:DIR". None: the word takes no
// argument. A count may be missing; the other arguments may not. Address: "//HOST/STREAM/CONSUMER".
// Table: "NAME" or "SCHEMA.NAME".
enum class SpecArgument : std::uint8_t { None, Path, Count, Duration, Command, Address, Url, Table };

}  // namespace pipeline
