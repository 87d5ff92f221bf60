package dev.leat.gateway.control.reply;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;

/** What a tenant may use, by the names of quotas. */
public record QuotaReply(@JsonValue Map<String, Long> limits) {}
