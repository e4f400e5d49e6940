// SPDX-License-Identifier: Apache-2.0
// The id of an invoice as every ledger stores it: printable(id) (printable.hpp), which is what people see in
// the log and on screens. It is valid UTF-8 without control characters, and two ids that differ never have
// the same form. Programs and sources know the invoice by the id's own bytes. Code that asks a
// ledger about an invoice makes the form first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline {

// True if the id consists of printable ASCII without a backslash. The ledger then stores the id's own bytes,
// and no version has stored others (but version 0.1.0 for an id of more than 103 bytes). Almost all ids are
// plain; the test takes a few nanoseconds.
[[nodiscard]] bool is_plain_id(std::string_view id) noexcept;

// stored_id() returns the id as the ledger stores it, id_of_stored() the id's own bytes again. Both throw
// std::bad_alloc.
[[nodiscard]] std::string stored_id(std::string_view id);
[[nodiscard]] std::string id_of_stored(std::string_view stored);

// A text under which version 0.1.0 may have recorded an id.
struct FormerId {
    std::string text;
    // True if a row with this text can only be one of this id, so that it counts as the id's own. False if it
    // may be another invoice's: it is this one's only if its source and position are the same.
    bool is_certain;
};

// Returns the texts, other than printable(id), under which version 0.1.0 may have recorded the invoice `id`
// at `position`. That version stored the bytes of an id of up to 103 bytes without control characters as they
// were, and a safe id (Item::set_safe_id()) for any other; and it took a byte order mark for a part of a
// list's first id. Throws std::bad_alloc.
[[nodiscard]] std::vector<FormerId> former_ids(std::string_view id, std::uint64_t position);

}  // namespace pipeline
