package dev.leat.node.log;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a line of the log is written. */
public enum LogFormat {
  @JsonProperty("text")
  TEXT,
  @JsonProperty("json")
  JSON
}
