// SPDX-License-Identifier: Apache-2.0
#include "observer/hosts/hosts_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "common/base/json.hpp"
#include "common/base/printable.hpp"
#include "observer/judge/readable.hpp"

namespace pipeline {
namespace {

constexpr double kSeconds = 60;

double rate_of(const LedgerHost& host) {
    return static_cast<double>(host.rows_last_minute) / kSeconds;
}

std::string name_of(const LedgerHost& host) {
    return host.host.empty() ? "(no name)" : printable(host.host);
}

}  // namespace

std::string hosts_text(const std::string& ledger, const LedgerHosts& hosts) {
    std::size_t width = 4;
    for (const LedgerHost& host : hosts.hosts) width = std::max(width, name_of(host).size());
    std::string text = fmt::format("ledger  {}\n", printable(ledger));
    const auto out = std::back_inserter(text);
    const auto line = [&](std::string_view name, std::string_view runs, std::string_view writing,
                          std::string_view last, std::string_view rows, std::string_view rate) {
        fmt::format_to(out, "{:<{}}  {:>7}  {:>7}  {:>20}  {:>15}  {:>8}\n", name, width, runs, writing, last,
                       rows, rate);
    };
    line("host", "runs", "writing", "last commit", "rows", "rows/s");
    LedgerHost all;
    for (const LedgerHost& host : hosts.hosts) {
        line(name_of(host), readable_count(host.generations), readable_count(host.writing),
             readable_time(host.last_commit_us, hosts.now_us), readable_count(host.rows),
             readable_rate(rate_of(host)));
        all.generations += host.generations;
        all.writing += host.writing;
        all.last_commit_us = std::max(all.last_commit_us, host.last_commit_us);
        all.rows += host.rows;
        all.rows_last_minute += host.rows_last_minute;
    }
    if (hosts.hosts.size() > 1) {
        line("all", readable_count(all.generations), readable_count(all.writing),
             readable_time(all.last_commit_us, hosts.now_us), readable_count(all.rows),
             readable_rate(rate_of(all)));
    }
    return text;
}

std::string hosts_json(const std::string& ledger, const LedgerHosts& hosts) {
    std::string list;
    for (const LedgerHost& host : hosts.hosts) {
        list += fmt::format(R"({}{{"host":{},"runs":{},"writing":{},"last_commit_us":{},"rows":{},)"
                            R"("rows_last_minute":{}}})",
                            list.empty() ? "" : ",", json_text(host.host), host.generations, host.writing,
                            host.last_commit_us, host.rows, host.rows_last_minute);
    }
    return fmt::format(R"({{"ledger":{},"now_us":{},"hosts":[{}]}})", json_text(printable(ledger)),
                       hosts.now_us, list);
}

}  // namespace pipeline
