# consentgate_warnings: flags of our own targets; the headers of others come in as SYSTEM.
add_library(consentgate_warnings INTERFACE)
target_compile_options(consentgate_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                      -Wnon-virtual-dtor -Woverloaded-virtual)
if(CONSENTGATE_WERROR)
  target_compile_options(consentgate_warnings INTERFACE -Werror)
endif()
if(CONSENTGATE_SANITIZE)
  add_compile_options(-fsanitize=${CONSENTGATE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CONSENTGATE_SANITIZE})
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CONSENTGATE_SANITIZE)
  # GCC 12 sees uninitialised values in library code once it is instrumented; the plain builds keep these warnings. -Wno-tsan:
  # Asio has fences, which the thread sanitizer does not know; what Asio hands over between threads is under its mutexes too.
  target_compile_options(consentgate_warnings INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-tsan)
endif()
