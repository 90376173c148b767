/** A refusal as a provider documents or sends it, and what it means. */
export interface Refusal {
  readonly title: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: unknown
  /** The code without its prefix MAESTRO_SERVING_. */
  readonly code: string
  /** How long it asks to wait. */
  readonly waitMs?: number
}

const aws = (
  code: string,
  status: number,
  exception: string,
  message: string,
  form: 'header' | 'body' = 'header',
): Refusal => ({
  title: `${exception} in the ${form}: ${message}`,
  status,
  headers: form === 'header' ? { 'x-amzn-errortype': `${exception}:http://internal.amazon.com/coral/` } : {},
  body: { ...(form === 'header' ? {} : { __type: `com.amazon.coral.service#${exception}` }), message },
  code,
})

const claude = (code: string, status: number, type: string, message: string, more: Partial<Refusal> = {}): Refusal => ({
  title: `${type}: ${message}`,
  status,
  body: { type: 'error', error: { type, message }, request_id: 'req_1' },
  code,
  ...more,
})

const gemini = (
  code: string,
  status: number,
  state: string,
  message: string,
  details: readonly object[] = [],
  waitMs?: number,
): Refusal => ({
  title: `${state}: ${message}`,
  status,
  body: { error: { code: status, message, status: state, details } },
  code,
  ...(waitMs === undefined ? {} : { waitMs }),
})

const openai = (
  code: string,
  status: number,
  message: string,
  fields: { type?: string; code?: string | number | null } = {},
  more: Partial<Refusal> = {},
): Refusal => ({ title: message, status, body: { error: { message, param: null, ...fields } }, code, ...more })

const flat = (code: string, status: number, body: Readonly<Record<string, unknown>>, more: Partial<Refusal> = {}): Refusal => ({
  title: JSON.stringify(body),
  status,
  body,
  code,
  ...more,
})

const retryInfo = (retryDelay: string) => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay })
const trial = (limit: string) =>
  `You are using a Trial key, which is limited to ${limit}. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'.`

/** By the provider package. */
export const documentedRefusals: Readonly<Record<string, readonly Refusal[]>> = {
  '@ai-sdk/amazon-bedrock': [
    aws('RATE_LIMITED', 429, 'ThrottlingException', 'Too many requests, please wait before trying again.'),
    aws('RATE_LIMITED', 400, 'ThrottlingException', 'Too many requests, please wait before trying again.'),
    aws('RATE_LIMITED', 400, 'ThrottlingException', 'Too many tokens, please wait before trying again.'),
    aws('RATE_LIMITED', 400, 'ThrottlingException', 'Too many tokens, please wait before trying again.', 'body'),
    aws('RATE_LIMITED', 429, 'ThrottlingException', 'Too many tokens per day, please wait before trying again.'),
    aws('RATE_LIMITED', 400, 'ThrottlingException', 'Your request rate is too high. Reduce the frequency of requests.'),
    aws('RATE_LIMITED', 429, 'ModelNotReadyException', 'The model is not ready for inference.'),
    aws('QUOTA', 400, 'ServiceQuotaExceededException', 'Your request exceeds the service quota for your account.'),
    aws('SERVER', 408, 'ModelTimeoutException', 'Model has timed out in processing the request. Try your request again.'),
    aws('SERVER', 424, 'ModelErrorException', 'The model returned an error while processing the request.'),
    aws('SERVER', 500, 'InternalServerException', 'The system encountered an unexpected error.'),
    aws('OVERLOADED', 503, 'ServiceUnavailableException', 'Bedrock is unable to process your request.'),
    aws('PERMISSION', 403, 'AccessDeniedException', "You don't have access to the model with the specified model ID."),
    aws('AUTHENTICATION', 403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'),
    aws('AUTHENTICATION', 403, 'ExpiredTokenException', 'The security token included in the request is expired'),
    aws('AUTHENTICATION', 403, 'InvalidSignatureException', 'The request signature we calculated does not match the signature you provided.'),
    aws('NOT_FOUND', 404, 'ResourceNotFoundException', 'Could not resolve the foundation model from the provided model identifier.'),
    aws('NOT_FOUND', 400, 'ValidationException', 'The provided model identifier is invalid.'),
    aws(
      'NOT_FOUND',
      400,
      'ValidationException',
      'Invocation of model ID anthropic.claude-v9 with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.',
    ),
    aws('CONTEXT_TOO_LONG', 400, 'ValidationException', 'Input is too long for requested model.'),
    aws('BAD_REQUEST', 400, 'ValidationException', 'Malformed input request: #/temperature: 5 is not less or equal to 1'),
  ],
  '@ai-sdk/anthropic': [
    claude('OVERLOADED', 529, 'overloaded_error', 'Overloaded'),
    claude('OVERLOADED', 200, 'overloaded_error', 'Overloaded'),
    {
      title: 'overloaded_error as an event',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
      code: 'OVERLOADED',
    },
    claude('RATE_LIMITED', 429, 'rate_limit_error', "This request would exceed your organization's rate limit of 50,000 input tokens per minute.", {
      headers: { 'retry-after': '12' },
      waitMs: 12_000,
    }),
    claude('RATE_LIMITED', 429, 'rate_limit_error', 'Number of request tokens has exceeded your per-minute rate limit'),
    claude('REQUEST_TOO_LARGE', 413, 'request_too_large', 'Request exceeds the maximum size'),
    claude('QUOTA', 400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.'),
    claude('QUOTA', 400, 'invalid_request_error', 'You have reached your specified API usage limits. You will regain access on 2027-01-01 at 00:00 UTC.'),
    claude('QUOTA', 402, 'billing_error', 'There is an issue with your billing or payment information.'),
    claude('AUTHENTICATION', 401, 'authentication_error', 'invalid x-api-key'),
    claude('PERMISSION', 403, 'permission_error', 'Your API key does not have permission to use the specified resource.'),
    claude('NOT_FOUND', 404, 'not_found_error', 'model: claude-nine'),
    claude('CONTEXT_TOO_LONG', 400, 'invalid_request_error', 'prompt is too long: 209000 tokens > 200000 maximum'),
    claude('CONTEXT_TOO_LONG', 400, 'invalid_request_error', 'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again'),
    claude('SERVER', 500, 'api_error', 'Internal server error'),
    claude('SERVER', 504, 'timeout_error', 'The request timed out'),
  ],
  '@ai-sdk/google': [
    gemini('RATE_LIMITED', 429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.', [retryInfo('31.5s')], 31_500),
    gemini('QUOTA', 429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota, please check your plan and billing details.'),
    gemini('RATE_LIMITED', 429, 'RESOURCE_EXHAUSTED', 'Resource has been exhausted (e.g. check quota).'),
    gemini('RATE_LIMITED', 429, 'RESOURCE_EXHAUSTED', 'Resource exhausted. Please try again later. Please refer to https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details.'),
    gemini('RATE_LIMITED', 429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for aiplatform.googleapis.com/generate_content_requests_per_minute_per_project_per_base_model with base model: gemini.'),
    gemini('OVERLOADED', 503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.'),
    gemini('SERVER', 499, 'CANCELLED', 'The operation was cancelled.'),
    gemini('SERVER', 504, 'DEADLINE_EXCEEDED', 'The request timed out. Please try again.'),
    gemini('SERVER', 500, 'INTERNAL', 'An internal error has occurred.'),
    gemini('AUTHENTICATION', 400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [{ reason: 'API_KEY_INVALID' }]),
    gemini('AUTHENTICATION', 400, 'INVALID_ARGUMENT', 'API key expired. Please renew the API key.'),
    gemini('AUTHENTICATION', 401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
    gemini('PERMISSION', 400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
    gemini('PERMISSION', 403, 'PERMISSION_DENIED', 'Generative Language API has not been used in project 1 before or it is disabled.'),
    gemini('NOT_FOUND', 404, 'NOT_FOUND', 'models/gemini-nine is not found for API version v1beta, or is not supported for generateContent.'),
    gemini('CONTEXT_TOO_LONG', 400, 'INVALID_ARGUMENT', 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'),
  ],
  '@ai-sdk/mistral': [
    flat('RATE_LIMITED', 429, { message: 'Requests rate limit exceeded' }),
    flat('RATE_LIMITED', 429, { object: 'error', message: 'Service tier capacity exceeded for this model.', type: 'service_tier_capacity_exceeded', param: null, code: '3505' }),
    flat('RATE_LIMITED', 429, {}),
    flat('AUTHENTICATION', 401, { detail: 'Unauthorized' }),
    flat('NOT_FOUND', 400, { object: 'error', message: 'Invalid model: mistral-nine', type: 'invalid_model', param: null, code: '1500' }),
    flat('CONTEXT_TOO_LONG', 400, { object: 'error', message: 'Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum context length', type: 'invalid_request_prompt', param: null, code: '3051' }),
    flat('BAD_REQUEST', 422, { object: 'error', message: { detail: [{ type: 'less_than_equal', loc: ['body', 'temperature'], msg: 'Input should be less than or equal to 1.5' }] }, type: 'invalid_request_error' }),
    flat('OVERLOADED', 503, { object: 'error', message: 'Service unavailable.', type: 'unreachable_backend', code: '1100' }),
  ],
  '@ai-sdk/cohere': [
    flat('RATE_LIMITED', 429, { message: trial('20 API calls / minute') }),
    flat('QUOTA', 429, { message: trial('1000 API calls / month') }),
    flat('RATE_LIMITED', 429, { message: 'Please wait and try again later' }),
    flat('AUTHENTICATION', 401, { message: 'invalid api token' }),
    flat('NOT_FOUND', 404, { message: "model 'command-nine' not found, make sure the correct model ID was used and that you have access to the model." }),
    flat('CONTEXT_TOO_LONG', 400, { message: 'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000.' }),
    flat('FILTERED', 498, { message: 'the request or the response contains a deny-listed token' }),
    flat('SERVER', 499, { message: 'request cancelled' }),
    flat('QUOTA', 402, { message: 'Please add or update your payment method at https://dashboard.cohere.com/billing' }),
  ],
  '@ai-sdk/xai': [
    flat('QUOTA', 429, { code: 'Some resource has been exhausted', error: 'Your team has either used all available credits or reached its monthly spending limit. To continue making API requests, please purchase more credits or raise your spending limit.' }),
    flat('RATE_LIMITED', 429, { code: 'Some resource has been exhausted', error: "Too many requests for team acme and model grok-nine. Your team's rate limit is: Requests per Minute: 480." }),
    flat('AUTHENTICATION', 400, { code: 'Client specified an invalid argument', error: 'Incorrect API key provided. You can obtain an API key from https://console.x.ai.' }),
    flat('QUOTA', 403, { code: 'The caller does not have permission to execute the specified operation', error: "Your newly created team doesn't have any credits yet. You can purchase credits." }),
    flat('FILTERED', 403, { code: 'The caller does not have permission to execute the specified operation', error: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_BIO' }),
    flat('NOT_FOUND', 404, { code: 'Some requested entity was not found', error: 'The model grok-nine does not exist or your team acme does not have access to it.' }),
    flat('CONTEXT_TOO_LONG', 400, { code: 'Client specified an invalid argument', error: "This model's maximum prompt length is 131072 but the request contains 137846 tokens." }),
    flat('OVERLOADED', 503, { code: 'The service is currently unavailable', error: 'The model is at capacity' }),
  ],
  '@ai-sdk/groq': [
    openai('REQUEST_TOO_LARGE', 413, 'Request too large for model `llama` in organization `acme` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 9032, please reduce your message size and try again. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing', { type: 'tokens', code: 'rate_limit_exceeded' }),
    openai('RATE_LIMITED', 429, 'Rate limit reached for model `llama` in organization `acme` on tokens per day (TPD): Limit 100000, Used 99500, Requested 1200. Please try again in 10m4.8s. Need more tokens? Upgrade to Dev Tier today at https://console.groq.com/settings/billing', { type: 'tokens', code: 'rate_limit_exceeded' }, { waitMs: 604_800 }),
    openai('OVERLOADED', 498, 'Flex tier capacity exceeded.', { type: 'internal_server_error', code: 'capacity_exceeded' }),
    openai('NOT_FOUND', 400, 'The model `llama-one` has been decommissioned and is no longer supported. Please refer to https://console.groq.com/docs/deprecations for a recommendation on which model to use instead.', { type: 'invalid_request_error', code: 'model_decommissioned' }),
    openai('NOT_FOUND', 404, 'The model `llama-nine` does not exist or you do not have access to it.', { type: 'invalid_request_error', code: 'model_not_found' }),
    openai('SERVER', 400, "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.", { type: 'invalid_request_error', code: 'json_validate_failed' }),
    openai('PERMISSION', 400, 'Organization has been restricted. Please reach out to support if you believe this was in error.', { type: 'invalid_request_error', code: 'organization_restricted' }),
    openai('CONTEXT_TOO_LONG', 400, 'Please reduce the length of the messages or completion.', { type: 'invalid_request_error', code: 'context_length_exceeded' }),
  ],
  '@ai-sdk/deepseek': [
    openai('QUOTA', 402, 'Insufficient Balance', { type: 'unknown_error', code: 'invalid_request_error' }),
    openai('AUTHENTICATION', 401, 'Authentication Fails, Your api key: ****aaaa is invalid', { type: 'authentication_error', code: 'invalid_request_error' }),
    openai('NOT_FOUND', 400, 'Model Not Exist', { type: 'invalid_request_error', code: 'invalid_request_error' }),
    openai('OVERLOADED', 503, 'Service is too busy. We advise users to temporarily switch to alternative LLM API service providers.', { type: 'service_unavailable_error' }),
    openai('CONTEXT_TOO_LONG', 400, "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens.", { type: 'invalid_request_error' }),
  ],
  '@ai-sdk/togetherai': [
    openai('RATE_LIMITED', 429, 'You have reached the rate limit specific to this model acme/llama. The maximum rate limit for this model is 6.0 queries and 180000 tokens per minute. This limit differs from the general rate limits.', { type: 'model_rate_limit', code: null }),
    openai('CONTEXT_TOO_LONG', 403, 'The input token count plus the `max_tokens` parameter must be less than the context length of the model being queried.', { type: 'invalid_request_error' }),
    openai('CONTEXT_TOO_LONG', 422, 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 512 `max_new_tokens`', { type: 'invalid_request_error' }),
    openai('NOT_FOUND', 400, 'Unable to access non-serverless model acme/llama. Please visit https://api.together.ai/models/acme/llama to create and start a new dedicated endpoint for the model.', { type: 'invalid_request_error', code: 'model_not_available' }),
    openai('OVERLOADED', 503, 'The server is currently overloaded with other requests.', { type: 'service_unavailable' }),
    openai('SERVER', 524, 'A timeout occurred', { type: 'server_error' }),
    openai('QUOTA', 402, 'You have exceeded your spending limit. Please raise it in the settings.', { type: 'invalid_request_error' }),
  ],
  '@ai-sdk/fireworks': [
    openai('QUOTA', 412, 'Account acme is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices. Please go to https://fireworks.ai/account/billing for more information.', { code: 'PRECONDITION_FAILED' }),
    openai('OVERLOADED', 503, 'Deployment is scaling up from zero. Please try again later.', { code: 'DEPLOYMENT_SCALING_UP' }),
    openai('RATE_LIMITED', 429, 'Request rate limited: you exceeded the prompt tokens limit of your account.', { code: 'RATE_LIMIT_EXCEEDED' }),
    openai('NOT_FOUND', 404, 'Model not found, inaccessible, and/or not deployed', { code: 'NOT_FOUND' }),
    openai('CONTEXT_TOO_LONG', 400, 'The prompt is too long: 140000, model maximum context length: 131071', { code: 'invalid_request_error' }),
  ],
  '@openrouter/ai-sdk-provider': [
    openai('QUOTA', 402, 'Insufficient credits. Add more using https://openrouter.ai/settings/credits', { code: 402 }),
    openai('SERVER', 502, 'Provider returned error', { code: 502 }),
    openai('SERVER', 200, 'Provider returned error', { code: 502 }),
    openai('RATE_LIMITED', 429, 'Rate limit exceeded: free-models-per-min.', { code: 429 }),
    openai('RATE_LIMITED', 200, 'Provider returned error', { code: 429 }),
    openai('OVERLOADED', 503, 'There is no available model provider that meets your routing requirements', { code: 503 }),
    openai('FILTERED', 403, 'Your chosen model requires moderation and your input was flagged', { code: 403 }),
    openai('NOT_FOUND', 404, 'No endpoints found that support image input', { code: 404 }),
    openai('NOT_FOUND', 400, 'acme/llama is not a valid model ID', { code: 400 }),
    openai('AUTHENTICATION', 401, 'No auth credentials found', { code: 401 }),
    openai('SERVER', 408, 'Your request timed out', { code: 408 }),
  ],
  '@ai-sdk/openai': [
    openai('QUOTA', 429, 'You exceeded your current quota, please check your plan and billing details.', { type: 'insufficient_quota', code: 'insufficient_quota' }),
    openai('RATE_LIMITED', 429, 'Rate limit reached for gpt-9 in organization acme on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s.', { type: 'tokens', code: 'rate_limit_exceeded' }, { waitMs: 2000 }),
    openai('REQUEST_TOO_LARGE', 429, 'Request too large for gpt-9 in organization acme on tokens per min (TPM): Limit 30000, Requested 42000. The input or output tokens must be reduced in order to run successfully.', { type: 'tokens', code: 'rate_limit_exceeded' }),
    openai('OVERLOADED', 503, 'The engine is currently overloaded, please try again later', { type: 'service_unavailable_error', code: 'slow_down' }),
    openai('PERMISSION', 403, 'Country, region, or territory not supported', { type: 'request_forbidden', code: 'unsupported_country_region_territory' }),
    openai('NOT_FOUND', 404, 'The model `gpt-nine` does not exist or you do not have access to it.', { type: 'invalid_request_error', code: 'model_not_found' }),
    openai('PERMISSION', 401, 'Your organization has been disabled.', { type: 'invalid_request_error', code: 'organization_disabled' }),
  ],
  // Azure, Hugging Face, and local servers have the API of OpenAI.
  '@ai-sdk/openai-compatible': [
    openai('RATE_LIMITED', 429, 'Requests to the ChatCompletions_Create Operation under Azure OpenAI API have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 9 seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.', { code: '429' }, { headers: { 'retry-after': '9', 'retry-after-ms': '8400' }, waitMs: 8400 }),
    openai('NOT_FOUND', 404, 'The API deployment for this resource does not exist.', { code: 'DeploymentNotFound' }),
    openai('AUTHENTICATION', 401, 'Access denied due to invalid subscription key or wrong API endpoint.', { code: '401' }),
    openai('FILTERED', 400, "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", { code: 'content_filter' }),
    openai('SERVER', 408, 'The operation was timeout.', { code: 'Timeout' }),
    flat('OVERLOADED', 503, { error: 'Model acme/llama is currently loading', estimated_time: 20.5 }, { waitMs: 20_500 }),
    flat('QUOTA', 402, { error: 'You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits.' }),
    flat('RATE_LIMITED', 429, { error: 'Rate limit reached. You reached free usage limit (reset hourly). Please subscribe to a plan to get a higher limit.' }),
    openai('NOT_FOUND', 400, "The requested model 'acme/llama' is not supported by any provider you have enabled.", { type: 'invalid_request_error', code: 'model_not_supported' }),
    flat('RATE_LIMITED', 429, { error: 'Model is overloaded', error_type: 'overloaded' }),
    flat('SERVER', 424, { error: 'Request failed during generation: Server error', error_type: 'generation' }),
    flat('CONTEXT_TOO_LONG', 400, { object: 'error', message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.', type: 'BadRequestError', code: 400 }),
    flat('CONTEXT_TOO_LONG', 400, { object: 'error', message: 'Input length (5000 tokens) exceeds the maximum allowed length (4096 tokens).', type: 'BadRequestError', code: 400 }),
    flat('CONTEXT_TOO_LONG', 400, { error: 'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens.' }),
    openai('OVERLOADED', 503, 'Loading model', { type: 'unavailable_error', code: 503 }),
  ],
}
