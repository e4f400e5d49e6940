// SPDX-License-Identifier: Apache-2.0
// The hosts of a ledger as text and as JSON.
#pragma once

#include <string>

#include "common/ledger/ledger_browser.hpp"

namespace pipeline {

// `ledger` is the text of a LedgerSpec.
[[nodiscard]] std::string hosts_text(const std::string& ledger, const LedgerHosts& hosts);
[[nodiscard]] std::string hosts_json(const std::string& ledger, const LedgerHosts& hosts);

}  // namespace pipeline
