/** Lets pages of these origins call the API; without any, no browser is told that it may read an answer. */
export const allowOrigins = (
  { Resources },
  { allowOrigins: origins, allowMethods, allowHeaders, exposeHeaders, maxAge },
) => {
  if (origins === '') return
  Resources.HttpApi.Properties.CorsConfiguration = {
    AllowOrigins: origins.split(','),
    AllowMethods: allowMethods,
    AllowHeaders: allowHeaders,
    ExposeHeaders: exposeHeaders,
    MaxAge: maxAge,
  }
}
