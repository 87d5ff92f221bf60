package dev.leat.gateway.control.request;

import dev.leat.gateway.control.reply.IssuerRole;
import java.util.List;

/** An issuer whose tokens a tenant shall take. */
public record NewIssuer(
    String name, String issuer, String jwks, String audience, List<IssuerRole> roles) {}
