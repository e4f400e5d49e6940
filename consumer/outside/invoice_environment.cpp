// SPDX-License-Identifier: Apache-2.0
#include "consumer/outside/invoice_environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace pipeline {
namespace {

constexpr std::array<std::string_view, 4> kOurs = {
    "INVOICE_ID=", "INVOICE_ATTEMPT=", "INVOICE_PLACE=", "INVOICE_SOURCE="};

}  // namespace

InvoiceEnvironment::InvoiceEnvironment(std::string_view source, std::uint32_t place) {
    for (const char* const* variable = ::environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string_view text = *variable;
        if (std::none_of(kOurs.begin(), kOurs.end(),
                         [text](std::string_view name) { return text.starts_with(name); }))
            variables_.emplace_back(text);
    }
    variables_.push_back(fmt::format("INVOICE_PLACE={}", place));
    variables_.push_back(fmt::format("INVOICE_SOURCE={}", source));
    common_ = variables_.size();
}

const std::vector<std::string>& InvoiceEnvironment::of_program() {
    variables_.resize(common_);
    return variables_;
}

const std::vector<std::string>& InvoiceEnvironment::of_attempt(std::string_view id, std::uint32_t attempt) {
    variables_.resize(common_);
    variables_.push_back(fmt::format("INVOICE_ID={}", id));
    variables_.push_back(fmt::format("INVOICE_ATTEMPT={}", attempt));
    return variables_;
}

}  // namespace pipeline
