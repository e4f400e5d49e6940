// SPDX-License-Identifier: Apache-2.0
// A request over HTTP as a client has sent it, and the answer as it goes back, both whole in memory. The
// library reads the one and writes the other; it gets no socket and no thread, so that no client can hold
// one. An optional part, as serve.hpp.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "observer/judge/lookout.hpp"

namespace pipeline {

class HttpAnswers {
  public:
    // `anywhere`: also to clients that ask for this machine by another name than a loopback one.
    explicit HttpAnswers(bool anywhere);
    HttpAnswers(const HttpAnswers&) = delete;
    HttpAnswers& operator=(const HttpAnswers&) = delete;
    ~HttpAnswers();

    // `request`: its head, or as much of it as has come if nothing more will; a body is not looked at. Empty:
    // it is no request at all.
    [[nodiscard]] std::string answer_to(std::string_view request, const View& view);

  private:
    class Server;
    std::unique_ptr<Server> server_;
};

}  // namespace pipeline
