package dev.leat.node.log;

import dev.leat.contract.Setting;

/**
 * How the node's log is written.
 *
 * @param format of each line
 * @param isAccessLogged whether each request that is answered has a line
 */
public record LogConfig(
    @Setting(
            key = "format",
            doc =
                "`text`, or `json`: an object a line, with `request`, `trace`, `tenant` and"
                    + " `function` where they are known",
            standard = "text",
            form = "be text or json")
        LogFormat format,
    @Setting(
            key = "access",
            doc = "`true` for a line for each request, under the logger `leat.access`",
            standard = "false",
            form = "be true or false")
        boolean isAccessLogged) {
  public static final LogConfig DEFAULT = new LogConfig(LogFormat.TEXT, false);
}
