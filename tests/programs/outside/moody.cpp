// SPDX-License-Identifier: Apache-2.0
// moody SEED: a program of --process exec: with --request json. It fails, asks for another attempt, dies or
// succeeds as mood.hpp says. Ids need no escape in JSON.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/programs/outside/mood.hpp"

using pipeline::test::Mood;

namespace {

// What follows `"key":` in the request, without quotation marks.
std::string value_of(const std::string& request, const std::string& key) {
    const auto at = request.find("\"" + key + "\":");
    if (at == std::string::npos) std::exit(4);
    const auto begin = request.find_first_not_of('"', at + key.size() + 3);
    return request.substr(begin, request.find_first_of("\",}", begin) - begin);
}

std::string answer_to(const std::string& id, Mood::Answer answer) {
    const std::string begin = "{\"id\":\"" + id + "\",\"status\":";
    switch (answer) {
        case Mood::Answer::Booked:
            return begin + "\"booked\"}";
        case Mood::Answer::Failed:
            return begin + "\"failed\",\"reason\":\"" + std::string(Mood::kCause) + "\"}";
        case Mood::Answer::Retry:
            return begin + "\"retry\",\"after\":\"5ms\",\"reason\":\"not now\"}";
        case Mood::Answer::Death:
            ::_exit(3);
    }
    ::_exit(4);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 64;
    const std::uint64_t seed = std::strtoull(argv[1], nullptr, 10);
    for (std::string request; std::getline(std::cin, request);) {
        const std::string id = value_of(request, "id");
        const std::uint64_t attempt = std::strtoull(value_of(request, "attempt").c_str(), nullptr, 10);
        // One write each: those that are asked for by a pipe of one reader come in whole lines.
        const std::string answer = answer_to(id, Mood(seed, id).answer(attempt)) + "\n";
        if (::write(1, answer.data(), answer.size()) != static_cast<ssize_t>(answer.size())) return 1;
    }
    return 0;
}
