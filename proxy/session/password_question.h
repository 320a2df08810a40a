// Whether a sender's password is right: asked by a session, answered elsewhere.
#pragma once

#include <string>

#include "proxy/credentials/password_hash.h"

namespace proxy {

struct password_question {
  std::string system_id;
  std::string password;
  password_hash against;  // of a system_id that nobody knows: one that takes as long
};

}  // namespace proxy
