import * as config from "./config";
import * as handler from "./handler";
import * as http from "./http";
import * as kv from "./kv";
import * as log from "./log";
import * as metrics from "./metrics";
import * as processor from "./processor";
import * as secrets from "./secrets";
import * as sql from "./sql";
import * as state from "./state";
import * as step from "./step";

export { config, handler, http, kv, log, metrics, processor, secrets, sql, state, step };
export { JSON } from "./json";
export { allocate, free } from "./memory";
export { Request, Response } from "./request";
export { Code, Result } from "./result";
