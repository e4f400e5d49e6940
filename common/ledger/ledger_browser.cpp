// SPDX-License-Identifier: Apache-2.0
#include "common/ledger/ledger_browser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/printable.hpp"
#include "common/ledger/ledger_id.hpp"

namespace pipeline {

std::string head_line(std::string_view place, const OpenHead& head) {
    return fmt::format("ledger {}: sealed up to commit {} of generation {:016x}: head {}", printable(place),
                       head.number, head.generation, to_text(head.head));
}

// Position 1 asks for no forms of a list's first line: such a form may be another invoice's.
std::vector<std::string> ids_meant_by(std::string_view id) {
    std::vector<std::string> all{printable(id)};
    const auto add = [&](std::string text) {
        if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(std::move(text));
    };
    if (safe_line(id) == id) add(std::string(id));
    for (FormerId& former : former_ids(id, 1)) {
        if (former.is_certain) add(std::move(former.text));
    }
    return all;
}

}  // namespace pipeline
