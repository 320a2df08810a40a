# consentgate_component(NAME [PUBLIC libs...] [PRIVATE libs...]): a static library of the .cc files of this folder. A component
# sees only what it links: that is how the one-way dependencies are kept.
function(consentgate_component name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE consentgate_warnings ${arg_PRIVATE})
endfunction()
