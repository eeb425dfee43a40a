-- An author's story in a real Neovim: mistakes, completion, documentation, a run by command, its results on the lines.
-- Environment: STORY_FLOW, the file to open. Prints a line for each step; leaves with 1 at the first that fails.

local PATIENCE = 60000

local function check(name, condition, detail)
  local ok = vim.wait(PATIENCE, condition, 20)
  io.stdout:write((ok and 'ok   ' or 'FAIL ') .. name .. '\n')
  if not ok then
    io.stdout:write(vim.inspect(detail and detail() or vim.diagnostic.get(0)) .. '\n')
    vim.cmd('cquit! 1')
  end
end

local function codes()
  return vim.tbl_map(function(each) return each.code end, vim.diagnostic.get(0))
end

local function line_of(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    if line:find(text, 1, true) then
      return number - 1, line:find(text, 1, true) - 1
    end
  end
end

local function request(method, extra)
  local params = vim.tbl_extend('force', { textDocument = vim.lsp.util.make_text_document_params() }, extra or {})
  local answers = vim.lsp.buf_request_sync(0, method, params, PATIENCE) or {}
  for _, answer in pairs(answers) do
    return answer.result
  end
end

vim.lsp.enable('tiercel')
vim.cmd.edit(vim.env.STORY_FLOW)
check('the server attaches', function() return #vim.lsp.get_clients({ bufnr = 0 }) == 1 end)

check('a mistake is shown', function() return vim.tbl_contains(codes(), 'unknown-input') end)
local line, column = line_of('inputs.whom')
check('on its line', function() return vim.diagnostic.get(0)[1].lnum == line end)

local at = { position = { line = line, character = column + 7 } }
local labels = vim.tbl_map(function(item) return item.label end, request('textDocument/completion', at).items)
check('completion knows the input', function() return vim.tbl_contains(labels, 'who') end, function() return labels end)
vim.api.nvim_win_set_cursor(0, { line + 1, column + 9 })
local offered = vim.lsp.omnifunc(1, '')
check('so does omnifunc', function() return type(offered) == 'number' end)

vim.cmd('%s/inputs.whom/inputs.who/')
check('mending it clears the finding', function() return #vim.diagnostic.get(0) == 0 end)

local type_line, type_column = line_of('io.kestra.plugin.core.log.Log')
local hover = request('textDocument/hover', { position = { line = type_line, character = type_column + 3 } })
check('hover explains the type', function() return hover.contents.value:find('task') ~= nil end)
check('the outline has both tasks', function()
  local names = vim.tbl_map(function(each) return each.name end, request('textDocument/documentSymbol')[1].children)
  return vim.tbl_contains(names, 'greet') and vim.tbl_contains(names, 'work')
end)

check('lenses come', function()
  vim.lsp.codelens.refresh({ bufnr = 0 })
  vim.wait(50)
  return #vim.lsp.codelens.get(0) > 0
end)
vim.cmd('TiercelRun who=reader')
check('a failure comes back as an error', function() return vim.tbl_contains(codes(), 'run-failed') end)
local failed_line = line_of('- id: work')
check('on the task that failed', function()
  for _, each in ipairs(vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })) do
    if each.code == 'run-failed' and each.lnum == failed_line then
      return each.message:find('broken by design', 1, true) ~= nil
    end
  end
end)
check('success comes back as a hint', function()
  return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.HINT }) > 0
end)

vim.wait(500)
vim.cmd('%s/echo broken.*$/echo mended/')
check('the edit clears the results', function() return #vim.diagnostic.get(0) == 0 end)
check('the mended flow succeeds', function()
  if #vim.diagnostic.get(0) == 0 then
    vim.cmd('silent TiercelRun')
    vim.wait(3000, function() return #vim.diagnostic.get(0) >= 3 end, 20)
  end
  local found = codes()
  return #found == 3 and not vim.tbl_contains(found, 'run-failed') and vim.tbl_contains(found, 'run-success')
end)
check('the lens tells so without being asked', function()
  for _, lens in ipairs(vim.lsp.codelens.get(0)) do
    if lens.command and lens.command.title:find('SUCCESS', 1, true) then
      return true
    end
  end
end, function() return vim.lsp.codelens.get(0) end)
io.stdout:write('story told\n')
vim.cmd('qall!')
